//! Function names without what compilers, frameworks and browsers make up (grouping.md 8.3).

use std::borrow::Cow;

use crate::pipeline::frames::Platform;

use super::native::trim_function;

/// The name that tells functions apart, or why there is none.
pub fn clean_function(name: &str, platform: Platform) -> Result<Cow<'_, str>, &'static str> {
    match platform {
        Platform::JavaScript | Platform::Node => javascript(name),
        Platform::Java => java(name),
        Platform::Ruby => Ok(ruby(name)),
        Platform::Php => php(name),
        Platform::Go => Ok(go(name)),
        Platform::Rust | Platform::Native => native(name),
        Platform::CSharp => Ok(csharp(name)),
        Platform::Elixir => Ok(elixir(name)),
        Platform::Python | Platform::Dart | Platform::Other => Ok(Cow::Borrowed(name)),
    }
}

const ANONYMOUS: &str = "anonymous function";
const GENERATED: &str = "generated name";

fn javascript(name: &str) -> Result<Cow<'_, str>, &'static str> {
    let mut name = name.trim();
    while let Some(rest) = name.strip_prefix("async ").or_else(|| name.strip_prefix("new ")) {
        name = rest.trim_start();
    }
    // `foo [as bar]`: the property it was called by.
    let name = name.find(" [as ").map_or(name, |place| &name[..place]);
    let name = name.rsplit_once('.').map_or(name, |(_, last)| last);
    let is_anonymous = name.is_empty()
        || name.ends_with("/<")
        || matches!(
            name,
            "?" | "<anonymous>"
                | "<anonymous function>"
                | "Anonymous function"
                | "anonymous"
                | "(anonymous)"
                | "(anonymous function)"
        );
    if is_anonymous { Err(ANONYMOUS) } else { Ok(Cow::Borrowed(name)) }
}

fn java(name: &str) -> Result<Cow<'_, str>, &'static str> {
    if name.starts_with("lambda$") || name.starts_with("access$") {
        return Err(GENERATED);
    }
    Ok(without_class_numbers(name))
}

/// `Foo$bar$1` and `$anonfun$3` with `<n>` for the number.
fn without_class_numbers(name: &str) -> Cow<'_, str> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !name.split('$').skip(1).any(is_number) {
        return Cow::Borrowed(name);
    }
    let parts =
        name.split('$').enumerate().map(|(place, part)| if place > 0 && is_number(part) { "<n>" } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("$"))
}

fn ruby(name: &str) -> Cow<'_, str> {
    let mut name = name.trim();
    while let Some(rest) = ["block ", "rescue in ", "ensure in "].iter().find_map(|prefix| name.strip_prefix(prefix)) {
        // `block in foo`, `block (2 levels) in foo`
        name = match rest.split_once(" in ") {
            Some((levels, inner)) if levels.starts_with('(') => inner,
            _ => rest.strip_prefix("in ").unwrap_or(rest),
        };
    }
    Cow::Borrowed(without_erb_suffix(name))
}

/// Methods compiled from templates end in `__331206934_70312`.
fn without_erb_suffix(name: &str) -> &str {
    let without_number = |text: &'_ str| {
        let front = text.trim_end_matches(|char: char| char.is_ascii_digit()).len();
        (text.len() - front >= 4).then_some(front)
    };
    let Some(end) = without_number(name) else { return name };
    let Some(front) = name[..end].strip_suffix('_') else { return name };
    let Some(end) = without_number(front) else { return name };
    let front = front[..end].trim_end_matches('-');
    if front.ends_with("__") { front.trim_end_matches('_') } else { name }
}

fn php(name: &str) -> Result<Cow<'_, str>, &'static str> {
    if name.contains("{closure") {
        return Ok(Cow::Borrowed("{closure}"));
    }
    if name.starts_with("[Anonymous") || name.contains("@anonymous") {
        let method = name.rsplit_once("::").map(|(_, method)| method).filter(|method| !method.is_empty());
        return method.map(Cow::Borrowed).ok_or(ANONYMOUS);
    }
    Ok(Cow::Borrowed(name))
}

fn go(name: &str) -> Cow<'_, str> {
    let name = name.strip_suffix("-fm").unwrap_or(name);
    if !name.contains(['[', '.']) && !is_numbered(name, "func") {
        return Cow::Borrowed(name);
    }
    let name = without_type_parameters(name);
    let mut out = String::with_capacity(name.len());
    let mut follows_closure = false;
    for (place, part) in name.split('.').enumerate() {
        let closure = ["func", "gowrap", "deferwrap"].into_iter().find(|kind| is_numbered(part, kind));
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if follows_closure && is_number {
            continue;
        }
        follows_closure = closure.is_some();
        if place > 0 {
            out.push('.');
        }
        out.push_str(closure.unwrap_or(part));
    }
    Cow::Owned(out)
}

/// Whether this is the word followed by digits only.
fn is_numbered(part: &str, word: &str) -> bool {
    part.strip_prefix(word).is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn without_type_parameters(name: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '[' => depth += 1,
            ']' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(char),
            _ => {}
        }
    }
    out
}

fn native(name: &str) -> Result<Cow<'_, str>, &'static str> {
    if matches!(name, "<redacted>" | "<unknown>") { Err("unknown function") } else { Ok(trim_function(name)) }
}

/// The names that the compiler gives to state machines, lambdas and local functions.
fn csharp(name: &str) -> Cow<'_, str> {
    let Some((_, rest)) = name.rsplit_once('<').filter(|(_, rest)| rest.contains('>')) else {
        return Cow::Borrowed(name);
    };
    let Some((method, kind)) = rest.split_once('>') else { return Cow::Borrowed(name) };
    if method.is_empty() {
        return Cow::Borrowed(name);
    }
    if kind.starts_with("b__") {
        return Cow::Owned(format!("{method}.lambda"));
    }
    if let Some(local) = kind.strip_prefix("g__") {
        return Cow::Borrowed(local.split('|').next().unwrap_or(local));
    }
    if kind.starts_with("d__") || kind.starts_with("d.") { Cow::Borrowed(method) } else { Cow::Borrowed(name) }
}

/// `anonymous fn/1 in Mod.fun/2` is part of `fun/2`.
fn elixir(name: &str) -> Cow<'_, str> {
    let Some(place) = name.strip_prefix("anonymous fn").and_then(|rest| rest.split_once(" in ")) else {
        return Cow::Borrowed(name);
    };
    let path = place.1;
    // The arity begins at the last slash; operators may hold dots of their own.
    Cow::Borrowed(path.rsplit_once('.').map_or(path, |(_, function)| function))
}

/// A module or class without generated parts, or why there is none.
pub fn clean_module(module: &str, platform: Platform) -> Result<Cow<'_, str>, &'static str> {
    match platform {
        Platform::Java => java_class(module),
        Platform::CSharp => Ok(csharp_class(module)),
        _ => Ok(Cow::Borrowed(module)),
    }
}

fn java_class(class: &str) -> Result<Cow<'_, str>, &'static str> {
    if class.contains("$$Lambda") {
        return Err(GENERATED);
    }
    for prefix in ["sun.reflect.Generated", "jdk.internal.reflect.Generated"] {
        if class.starts_with(prefix) {
            return Ok(Cow::Borrowed(class.trim_end_matches(|char: char| char.is_ascii_digit())));
        }
    }
    if !class.contains('$') {
        return Ok(Cow::Borrowed(class));
    }
    Ok(without_generated_suffix(class).map_or_else(|| kotlin_class(class), Cow::Owned))
}

/// What frameworks append to the classes they generate; the marker stays, what follows it varies.
fn without_generated_suffix(class: &str) -> Option<String> {
    const MARKERS: [&str; 9] = [
        "$$EnhancerBy",
        "$$FastClassBy",
        "$$KeyFactoryBy",
        "$$SpringCGLIB$$",
        "$$_javassist",
        "_$$_jvst",
        "$HibernateProxy$",
        "$ByteBuddy$",
        "$Proxy",
    ];
    if let Some(place) = class.find("$fn__") {
        return Some(format!("{}<auto>", &class[..place + "$fn__".len()]));
    }
    let (place, marker) = MARKERS.iter().find_map(|marker| class.find(marker).map(|place| (place, *marker)))?;
    let end = place + marker.len();
    let name = class[end..].find("$$").filter(|_| marker.ends_with("By")).map_or("", |len| &class[end..end + len]);
    Some(format!("{}{name}<auto>", &class[..end]))
}

/// Kotlin and Scala name anonymous classes after their function and number them: `Cart$add$1`. Java only numbers
/// them: `Cart$1` is all there is to tell them apart, and stays.
fn kotlin_class(class: &str) -> Cow<'_, str> {
    let follows_function = |before: &str| {
        before.rsplit('$').next().is_some_and(|part| part.starts_with(|char: char| char.is_lowercase()))
            && before.contains('$')
    };
    match class.rsplit_once('$') {
        Some((before, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) && follows_function(before) => {
            without_class_numbers(class)
        }
        _ => Cow::Borrowed(class),
    }
}

/// `Cart+<Save>d__12` and `Cart+<>c__DisplayClass5_0` without their numbers.
fn csharp_class(class: &str) -> Cow<'_, str> {
    match class.rsplit_once(">d__").or_else(|| class.rsplit_once(">c__DisplayClass")) {
        Some((front, number)) if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') => {
            Cow::Borrowed(&class[..front.len() + 2])
        }
        _ => Cow::Borrowed(class),
    }
}

#[cfg(test)]
mod tests {
    use super::{clean_function, clean_module};
    use crate::pipeline::frames::Platform;

    #[test]
    fn functions() {
        for (platform, name, expected) in [
            ("javascript", "async Object.load", Some("load")),
            ("javascript", "new Cart", Some("Cart")),
            ("javascript", "async new a.b.c", Some("c")),
            ("node", "Object.<anonymous>", None),
            ("node", "Layer.handle [as handle_request.x]", Some("handle")),
            ("javascript", "init/<", None),
            ("javascript", "?", None),
            ("java", "lambda$save$0", None),
            ("java", "access$000", None),
            ("java", "invokeSuspend", Some("invokeSuspend")),
            ("java", "$anonfun$run$3", Some("$anonfun$run$<n>")),
            ("ruby", "block in total", Some("total")),
            ("ruby", "block (2 levels) in total", Some("total")),
            ("ruby", "rescue in block in total", Some("total")),
            ("ruby", "Cart#total", Some("Cart#total")),
            ("ruby", "_app_views_show_html_erb__331206934_70312", Some("_app_views_show_html_erb")),
            ("ruby", "_app_views_show_html_erb___331206934_70312", Some("_app_views_show_html_erb")),
            ("ruby", "step_2024_1000", Some("step_2024_1000")),
            ("php", "{closure}", Some("{closure}")),
            ("php", "App\\Foo::{closure}", Some("{closure}")),
            ("php", "{closure:App\\Foo::bar():12}", Some("{closure}")),
            ("php", "class@anonymous\0/srv/a.php:3$0::run", Some("run")),
            ("php", "class@anonymous\0/srv/a.php:3$0", None),
            ("php", "[Anonymous function]", None),
            ("go", "Run.func2.1", Some("Run.func")),
            ("go", "(*Server).Serve-fm", Some("(*Server).Serve")),
            ("go", "Map[go.shape.int].func1", Some("Map.func")),
            ("go", "glob..func1", Some("glob..func")),
            ("go", "Run.function1", Some("Run.function1")),
            ("python", "<lambda>", Some("<lambda>")),
            ("csharp", "<Save>d__12.MoveNext()", Some("Save")),
            ("csharp", "Shop.Cart.<Save>d__12.MoveNext", Some("Save")),
            ("csharp", "<Foo>b__1_0", Some("Foo.lambda")),
            ("csharp", "<>c__DisplayClass5_0.<Run>b__0", Some("Run.lambda")),
            ("csharp", "<Run>g__Check|3_0", Some("Check")),
            ("csharp", "Map<T>", Some("Map<T>")),
            ("elixir", "anonymous fn/1 in Shop.Cart.total/2", Some("total/2")),
            ("cocoa", "<redacted>", None),
            ("rust", "shop::run::h0123456789abcdef", Some("shop::run")),
        ] {
            let cleaned = clean_function(name, Platform::parse(platform));
            assert_eq!(cleaned.ok().as_deref(), expected, "{platform} {name}");
        }
    }

    #[test]
    fn modules() {
        for (platform, module, expected) in [
            ("java", "a.Svc$$Lambda$14/0x0000000800c8", None),
            ("java", "sun.reflect.GeneratedMethodAccessor12", Some("sun.reflect.GeneratedMethodAccessor")),
            (
                "java",
                "jdk.internal.reflect.GeneratedConstructorAccessor7",
                Some("jdk.internal.reflect.GeneratedConstructorAccessor"),
            ),
            ("java", "a.Svc$$EnhancerBySpringCGLIB$$1a2b", Some("a.Svc$$EnhancerBySpringCGLIB<auto>")),
            ("java", "a.Svc$$FastClassBySpringCGLIB$$1a2b_2", Some("a.Svc$$FastClassBySpringCGLIB<auto>")),
            ("java", "a.Svc$$SpringCGLIB$$0", Some("a.Svc$$SpringCGLIB$$<auto>")),
            ("java", "a.Svc_$$_jvst1a_0", Some("a.Svc_$$_jvst<auto>")),
            ("java", "a.Svc_$$_javassist_seam_12", Some("a.Svc_$$_javassist<auto>")),
            ("java", "a.Svc$HibernateProxy$xY12", Some("a.Svc$HibernateProxy$<auto>")),
            ("java", "com.sun.proxy.$Proxy45", Some("com.sun.proxy.$Proxy<auto>")),
            ("java", "shop.core$fn__1234", Some("shop.core$fn__<auto>")),
            ("java", "a.Cart$add$1", Some("a.Cart$add$<n>")),
            ("java", "a.Cart$1", Some("a.Cart$1")),
            ("java", "a.Cart$Item$2", Some("a.Cart$Item$2")),
            ("csharp", "Shop.Cart+<Save>d__12", Some("Shop.Cart+<Save>d")),
            ("csharp", "Shop.Cart+<>c__DisplayClass5_0", Some("Shop.Cart+<>c")),
            ("python", "shop.cart", Some("shop.cart")),
        ] {
            let cleaned = clean_module(module, Platform::parse(platform));
            assert_eq!(cleaned.ok().as_deref(), expected, "{platform} {module}");
        }
    }
}
