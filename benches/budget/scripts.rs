//! Minified scripts with their source maps, as bundlers make them: one line, short names, and the sources in the map.
//!
//! A source and its minified form are written side by side, token by token, so that the map is right by construction.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use sourcemap::SourceMapBuilder;

use super::events::{WORDS, capital, word};

/// What JSON and mappings add to the bytes of the sources, by which a map of a wanted size is made.
const BYTES_PER_TOKEN: usize = 5;

/// A minified script and its map.
pub struct Script {
    pub code: String,
    pub map: Vec<u8>,
    /// Calls in the script, by line and column from 1, as stack traces have them.
    pub calls: Vec<(u32, u32)>,
}

/// Makes a script whose map has about so many bytes. The same seed gives the same script.
pub fn script(seed: u64, name: &str, map_bytes: usize) -> Script {
    let rng = SmallRng::seed_from_u64(seed);
    let mut writer = Writer { rng, code: String::new(), map: SourceMapBuilder::new(Some(name)), calls: Vec::new() };
    let (mut tokens, mut bytes, mut modules) = (0, 0, 0);
    while bytes + tokens * BYTES_PER_TOKEN < map_bytes {
        let module = writer.module(modules);
        bytes += module.text.len() + module.text.len() / 25;
        tokens += module.tokens;
        modules += 1;
    }
    let mut map = Vec::new();
    writer.map.into_sourcemap().to_writer(&mut map).expect("memory does not fail");
    let code = format!("{}\n//# sourceMappingURL={name}.map\n", writer.code);
    Script { code, map, calls: writer.calls }
}

struct Writer {
    rng: SmallRng,
    code: String,
    map: SourceMapBuilder,
    calls: Vec<(u32, u32)>,
}

/// The source that is being written.
struct Module {
    number: u32,
    text: String,
    line: u32,
    line_start: usize,
    tokens: usize,
}

impl Writer {
    fn module(&mut self, number: u32) -> Module {
        let path = format!("webpack://shop/src/{}/{}-{number}.ts", word(&mut self.rng), word(&mut self.rng));
        let number = self.map.add_source(&path);
        let mut module = Module { number, text: String::new(), line: 0, line_start: 0, tokens: 0 };
        module.lines("import { Customer, Ledger, Receipt } from \"../types\";\n\n");
        for function in 0..self.rng.random_range(6..14) {
            self.function(&mut module, function);
        }
        self.map.set_source_contents(number, Some(&module.text));
        module
    }

    /// A function of some statements, with its description.
    fn function(&mut self, module: &mut Module, number: u32) {
        let [verb, noun, first, second] = std::array::from_fn(|_| word(&mut self.rng));
        module.lines(&format!("/**\n * Takes the {first} of a {noun} and its {second}, and gives the {verb}.\n */\n"));
        module.lines("export ");
        self.both(module, "function ", "function ");
        self.both(module, &format!("{verb}{}", capital(noun)), &short(module.number * 14 + number));
        self.both(module, "(", "(");
        self.both(module, first, "e");
        module.lines(": Customer");
        self.both(module, ", ", ",");
        self.both(module, second, "t");
        module.lines(": Ledger");
        self.both(module, ") ", ")");
        self.both(module, "{", "{");
        module.lines("\n");
        for statement in 0..self.rng.random_range(3..9) {
            module.lines("  ");
            self.statement(module, (first, second), statement);
            module.lines("\n");
        }
        module.lines("}\n\n");
        self.code.push('}');
    }

    fn statement(&mut self, module: &mut Module, (first, second): (&str, &str), number: u32) {
        let [local, property, message] = std::array::from_fn(|_| word(&mut self.rng));
        match number % 3 {
            0 => {
                self.both(module, "const ", "const ");
                self.both(module, local, &short(4 + number));
                self.both(module, " = ", "=");
                self.call(module, (first, "e"), second);
            }
            1 => {
                module.lines(&format!("// Without a {property} there is no {local}.\n  "));
                self.both(module, "if ", "if");
                self.both(module, "(", "(");
                self.both(module, first, "e");
                self.both(module, &format!(".{property}"), &format!(".{property}"));
                self.both(module, " === undefined", "===void 0");
                self.both(module, ") ", ")");
                self.both(module, "throw ", "throw ");
                self.both(module, "new ", "new ");
                self.both(module, "Error", "Error");
                let text = format!("(\"the {local} has no {message}\")");
                self.both(module, &text, &text);
            }
            _ => self.call(module, (second, "t"), first),
        }
        self.both(module, ";", ";");
    }

    /// `fetchInvoice(customer.region, (entry) => entry.total)`.
    fn call(&mut self, module: &mut Module, (subject, minified): (&str, &str), other: &str) {
        let [verb, noun, property, item] = std::array::from_fn(|_| word(&mut self.rng));
        let column = u32::try_from(self.code.len()).expect("a script is small");
        self.calls.push((1, column + 1));
        let callee = short(self.rng.random_range(0..3_000));
        self.both(module, &format!("{verb}{}", capital(noun)), &callee);
        self.both(module, "(", "(");
        self.both(module, subject, minified);
        self.both(module, &format!(".{property}"), &format!(".{property}"));
        self.both(module, ", ", ",");
        self.both(module, &format!("({item})"), "n");
        self.both(module, " => ", "=>");
        self.both(module, item, "n");
        self.both(module, &format!(".{other}"), &format!(".{other}"));
        self.both(module, ")", ")");
    }

    /// Writes a token to both sides, and to the map.
    fn both(&mut self, module: &mut Module, original: &str, minified: &str) {
        let column = u32::try_from(self.code.len()).expect("a script is small");
        let is_renamed = original != minified && original.starts_with(|c: char| c.is_ascii_alphabetic());
        let name = is_renamed.then(|| self.map.add_name(original.trim()));
        self.map.add_raw(0, column, module.line, module.column(), Some(module.number), name, false);
        self.code.push_str(minified);
        module.text.push_str(original);
        module.tokens += 1;
    }
}

impl Module {
    /// Writes what only the source has.
    fn lines(&mut self, text: &str) {
        self.text.push_str(text);
        if let Some(end) = text.rfind('\n') {
            self.line += u32::try_from(text.matches('\n').count()).expect("a module is small");
            self.line_start = self.text.len() - (text.len() - end - 1);
        }
    }

    fn column(&self) -> u32 {
        u32::try_from(self.text.len() - self.line_start).expect("a line is short")
    }
}

/// Names as minifiers count them: a, b, …, aa, ab, …
fn short(mut number: u32) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'a' + u8::try_from(number % 26).expect("below 26")));
        if number < 26 {
            break;
        }
        number = number / 26 - 1;
    }
    // Not to be taken for a keyword.
    if matches!(name.as_str(), "do" | "if" | "in" | "as" | "is" | "of" | "for" | "let" | "new" | "try" | "var") {
        name.push('_');
    }
    name
}

/// The address that stack traces and release files have for a script.
pub fn address(name: &str) -> String {
    format!("https://shop.example.com/assets/{name}")
}

/// Events with stacks of 50 frames in these scripts: one of 200 stacks each, as the errors of an application have.
pub fn events(seed: u64, count: usize, scripts: &[Script], release: &str) -> Vec<(uuid::Uuid, String)> {
    const STACKS: usize = 200;
    const FRAMES: usize = 50;
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut code = SmallRng::seed_from_u64(1);
    let stacks: Vec<String> = (0..STACKS.min(count)).map(|_| stack(&mut code, scripts, FRAMES)).collect();
    let event = |_| {
        let id = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
        let (stack, noun, user) =
            (&stacks[rng.random_range(0..stacks.len())], word(&mut rng), rng.random_range(0..9_000));
        let json = format!(
            r#"{{"event_id":"{}","platform":"javascript","level":"error","release":"{release}","user":{{"id":"{user}"}},"exception":{{"values":[{{"type":"TypeError","value":"Cannot read properties of undefined (reading '{noun}')","stacktrace":{{"frames":[{stack}]}}}}]}}}}"#,
            id.simple()
        );
        (id, json)
    };
    (0..count).map(event).collect()
}

fn stack(rng: &mut SmallRng, scripts: &[Script], frames: usize) -> String {
    let frame = |_| {
        let number = rng.random_range(0..scripts.len());
        let calls = &scripts[number].calls;
        let (line, column) = calls[rng.random_range(0..calls.len())];
        let (address, function) = (address(&name(number)), short(rng.random_range(0..3_000)));
        format!(
            r#"{{"filename":"{address}","abs_path":"{address}","function":"{function}","lineno":{line},"colno":{column},"in_app":true}}"#
        )
    };
    (0..frames).map(frame).collect::<Vec<_>>().join(",")
}

/// What the scripts are called.
pub fn name(number: usize) -> String {
    format!("{}-{number}.js", WORDS[number % WORDS.len()])
}
