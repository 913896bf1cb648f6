//! Names of native functions without what the compiler and the linker add (grouping.md 5.4).

use std::borrow::Cow;

/// Longer names are left as they are.
const MAX_LEN: usize = 1_000;

/// The function's path: no return type, arguments, template arguments, qualifiers or hashes.
pub fn trim_function(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    let is_objective_c = name.starts_with('[') || name.contains("-[") || name.contains("+[");
    if is_objective_c || name.len() > MAX_LEN || matches!(name, "<redacted>" | "<unknown>") {
        return Cow::Borrowed(name);
    }
    let name = without_decoration(name);
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Cow::Borrowed(name);
    }
    let path = last_token(&without_brackets(name));
    let path = without_hash(&path);
    if path.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(path.to_owned()) }
}

/// Drops `@plt`, `@@GLIBC_2.2.5`, the `@12` of stdcall, and what follows ` -> ` or ` where `.
fn without_decoration(name: &str) -> &str {
    let mut name = name;
    for separator in [" -> ", " where "] {
        // `operator-> ` is followed by its arguments, not by a type.
        if let Some(place) = name.find(separator).filter(|place| !name[..*place].ends_with("operator")) {
            name = &name[..place];
        }
    }
    if let Some(place) = name.find('@').filter(|place| *place > 0) {
        let rest = name[place..].trim_start_matches('@');
        if rest == "plt" || rest.starts_with("GLIBC") || rest.bytes().all(|byte| byte.is_ascii_digit()) {
            name = &name[..place];
        }
    }
    without_qualifiers(name)
}

fn without_qualifiers(mut name: &str) -> &str {
    loop {
        name = name.trim_end();
        let shorter = [" const", " noexcept", " volatile", "&", "*"]
            .into_iter()
            .find_map(|qualifier| name.strip_suffix(qualifier))
            .or_else(|| name.ends_with(']').then(|| name.rfind("[clone ").map(|place| &name[..place])).flatten());
        let is_sign = |rest: &&str| rest.is_empty() || rest.ends_with("operator") || rest.ends_with("operator&");
        let Some(rest) = shorter.filter(|rest| !is_sign(rest)) else { return name };
        name = rest;
    }
}

/// Drops argument lists and writes template arguments as `<T>`. What is within brackets keeps no blanks, so that the
/// path is the last token.
fn without_brackets(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(char) = rest.chars().next() {
        if let Some(len) = operator_len(rest, &out) {
            out.push_str(&rest[..len].replace(' ', "\u{1f}"));
            rest = &rest[len..];
            continue;
        }
        let inside = match char {
            '(' | '{' | '<' => closing(rest).map(|end| &rest[1..end]),
            _ => None,
        };
        let Some(inside) = inside else {
            out.push(char);
            rest = &rest[char.len_utf8()..];
            continue;
        };
        write_bracket(char, inside, &mut out);
        rest = &rest[inside.len() + 2..];
    }
    out
}

/// Which brackets mean something: anonymous namespaces, lambdas, closures, rust's `<A as B>`.
fn write_bracket(open: char, inside: &str, out: &mut String) {
    match open {
        '(' if inside == "anonymous namespace" => out.push_str("(anonymous\u{1f}namespace)"),
        '(' | '{' if inside.starts_with("lambda") => out.push_str("lambda"),
        '{' if inside.starts_with("closure") || inside.starts_with("{closure") => out.push_str("{closure}"),
        '(' => {}
        '<' if out.is_empty() => {
            out.push('<');
            out.push_str(&without_brackets(inside).replace(' ', "\u{1f}"));
            out.push('>');
        }
        '<' => {
            out.truncate(out.trim_end().len());
            out.push_str("<T>");
        }
        _ => {
            out.push(open);
            out.push_str(&inside.replace(' ', "\u{1f}"));
            out.push('}');
        }
    }
}

/// The length of an operator's name, whose brackets and signs are no brackets.
fn operator_len(rest: &str, before: &str) -> Option<usize> {
    let sign = rest.strip_prefix("operator")?;
    if before.ends_with(|char: char| char.is_alphanumeric() || char == '_') {
        return None;
    }
    let signs = ["()", "[]", "<<=", ">>=", "<=>", "->*", "<<", ">>", "<=", ">=", "->", "<", ">", "&&", "&", "*"];
    let len = signs.iter().find(|known| sign.starts_with(**known)).map_or(0, |known| known.len());
    (len > 0).then_some("operator".len() + len)
}

/// Where the bracket that opens the text is closed. Brackets of other kinds are not counted, `->` is no bracket.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let open = bytes[0];
    let close = match open {
        b'(' => b')',
        b'{' => b'}',
        _ => b'>',
    };
    let mut depth = 0_usize;
    for (place, byte) in bytes.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close && !(close == b'>' && place > 0 && bytes[place - 1] == b'-') {
            depth -= 1;
            if depth == 0 {
                return Some(place);
            }
        }
    }
    None
}

fn last_token(text: &str) -> String {
    text.split_whitespace().next_back().unwrap_or_default().replace('\u{1f}', " ")
}

/// Drops the `::h0123456789abcdef` of rust's symbols.
fn without_hash(path: &str) -> &str {
    match path.rsplit_once("::h") {
        Some((front, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => front,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::trim_function;

    #[test]
    fn names_are_trimmed() {
        for (name, expected) in [
            ("void foo::bar<int>(std::string const&) const", "foo::bar<T>"),
            ("(anonymous namespace)::start(void*)", "(anonymous namespace)::start"),
            ("Foo.Bar.baz(x: Int) -> String", "Foo.Bar.baz"),
            ("void Scene::draw<int>(std::vector<int> const&) const", "Scene::draw<T>"),
            ("Scene::draw(int)", "Scene::draw"),
            ("shop::run::h0123456789abcdef", "shop::run"),
            (
                "<alloc::boxed::Box<F> as core::ops::FnOnce<A>>::call_once",
                "<alloc::boxed::Box<T> as core::ops::FnOnce<T>>::call_once",
            ),
            ("shop::cart::add::{{closure}}::h0123456789abcdef", "shop::cart::add::{closure}"),
            ("shop::cart::add::{closure#0}", "shop::cart::add::{closure}"),
            ("std::ostream& operator<< <char>(std::ostream&, char)", "operator<<<T>"),
            ("bool Foo::operator<(Foo const&) const", "Foo::operator<"),
            ("Foo::operator()(int) const", "Foo::operator()"),
            ("Foo::operator->() const", "Foo::operator->"),
            ("run(int)::{lambda(int)#1}::operator()(int) const", "run::lambda::operator()"),
            ("malloc@plt", "malloc"),
            ("memcpy@@GLIBC_2.14", "memcpy"),
            ("_handler@12", "_handler"),
            ("work() [clone .cold]", "work"),
            ("-[Cart addItem:]", "-[Cart addItem:]"),
            ("+[Cart new]", "+[Cart new]"),
            ("main", "main"),
            ("", ""),
            ("((((", "(((("),
        ] {
            assert_eq!(trim_function(name), expected, "{name}");
        }
    }

    #[test]
    fn unbalanced_brackets_and_endless_names_are_survived() {
        for unit in ["(", "<", "{", "operator<", "<(", "a<b>(", "é<"] {
            trim_function(&unit.repeat(990 / unit.len()));
            assert_eq!(trim_function(&unit.repeat(20_000)).len(), unit.len() * 20_000);
        }
    }
}
