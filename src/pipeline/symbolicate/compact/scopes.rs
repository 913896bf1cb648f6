//! The functions of a minified script and what they are called there.
//!
//! A parser descends into what it reads, so that the depth of a script is the depth of its stack, and a stack that
//! overflows ends the process. The script is therefore read in a thread whose stack is as large as its characters could
//! need at worst; what would need more than [`MAX_STACK`] has no names of functions.

use std::thread;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, AwaitExpression, BindingPattern, CallExpression,
    Class, Expression, Function, MemberExpression, MethodDefinition, MethodDefinitionKind, ObjectExpression,
    ObjectProperty, ObjectPropertyKind, PropertyDefinition, PropertyKey, PropertyKind, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::scope::ScopeFlags;

/// Reserved, not used: only what is really deep touches it.
const MAX_STACK: usize = 1 << 30;
const LEAST_STACK: usize = 8 << 20;

/// Unoptimised code needs several times the stack.
const STACK_FACTOR: usize = if cfg!(debug_assertions) { 8 } else { 1 };

/// Parts of a qualified name; more are machine-made.
const MAX_PARTS: usize = 8;

/// What a script says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// All functions and classes.
    pub functions: Vec<FunctionScope>,
    pub awaits: Vec<Await>,
}

/// Where a function waits, in bytes: the word, and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Await {
    pub start: u32,
    pub operand: u32,
}

/// A function by its place in bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionScope {
    pub start: u32,
    pub end: u32,
    /// `None`: it has no name.
    pub name: Option<Name>,
}

/// A name as its parts, each with the place where the script has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// `new `, `get `, …
    pub prefix: &'static str,
    pub parts: Vec<NamePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePart {
    pub text: String,
    pub start: u32,
    pub end: u32,
}

/// Reads a script. `None`: it cannot be read.
pub fn of(script: &str) -> Option<Script> {
    let stack = LEAST_STACK + stack_need(script).checked_mul(STACK_FACTOR)?;
    if stack > MAX_STACK * STACK_FACTOR || u32::try_from(script.len()).is_err() {
        return None;
    }
    let read = || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, script, SourceType::cjs()).parse();
        let parsed = if parsed.panicked { Parser::new(&allocator, script, SourceType::mjs()).parse() } else { parsed };
        let mut collector = Collector::default();
        collector.visit_program(&parsed.program);
        collector.script
    };
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("function-scopes".to_owned()).stack_size(stack);
        reader.spawn_scoped(scope, read).ok()?.join().ok()
    })
}

/// Bytes of stack that reading a script takes at most: what each character could add, measured and rounded up by half
/// (docs/decisions/0008).
fn stack_need(script: &str) -> usize {
    let mut need = 0;
    let mut after_word = false;
    for byte in script.bytes() {
        need += match byte {
            b'(' | b'[' | b'{' => 2800,
            b'=' => 1600,
            b'?' | b':' => 1000,
            b'`' => 600,
            b'!' | b'~' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'<' | b'>' => 320,
            b'.' | b',' => 160,
            // `new`, `await`, `else` and the like nest without any sign.
            byte if after_word && (byte.is_ascii_whitespace() || byte >= 0x80) => 1000,
            _ => 0,
        };
        after_word = byte.is_ascii_alphanumeric();
    }
    need
}

#[derive(Default)]
struct Collector {
    script: Script,
    /// What the next function, class or object is assigned to.
    assigned: Option<Name>,
    /// The class or object around.
    owner: Option<Name>,
}

impl Collector {
    fn push(&mut self, span: Span, name: Option<Name>) {
        self.script.functions.push(FunctionScope { start: span.start, end: span.end, name });
    }

    /// The name of a member of the class or object around.
    fn member(&self, prefix: &'static str, key: &PropertyKey<'_>) -> Option<Name> {
        let sign = if key.is_private_identifier() { "#" } else { "" };
        let key = part(format!("{sign}{}", key.name()?), key.span());
        let mut parts = self.owner.as_ref().map(|owner| owner.parts.clone()).unwrap_or_default();
        parts.truncate(MAX_PARTS);
        parts.push(key);
        Some(Name { prefix, parts })
    }

    /// Remembers a name for what is on the right, if that is something with a name.
    fn assign(&mut self, name: Option<Name>, value: &Expression<'_>) {
        self.assigned = name.filter(|_| takes_name(value));
    }

    fn within(&mut self, owner: Option<Name>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        visit(self);
        self.owner = outer;
    }
}

impl<'a> Visit<'a> for Collector {
    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        let assigned = self.assigned.take();
        let own = function.id.as_ref().map(|id| simple(id.name.as_str(), id.span));
        self.push(function.span, own.or(assigned));
        self.within(None, |this| walk::walk_function(this, function, flags));
    }

    fn visit_arrow_function_expression(&mut self, function: &ArrowFunctionExpression<'a>) {
        let assigned = self.assigned.take();
        self.push(function.span, assigned);
        self.within(None, |this| walk::walk_arrow_function_expression(this, function));
    }

    fn visit_await_expression(&mut self, waits: &AwaitExpression<'a>) {
        let operand = waits.argument.without_parentheses().span().start;
        self.script.awaits.push(Await { start: waits.span.start, operand });
        walk::walk_await_expression(self, waits);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        // Where a minifier put a function in the place of its name, the map has the name at the call.
        let callee = call.callee.without_parentheses();
        if matches!(callee, Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)) {
            let end = call.callee.span().end;
            self.assigned = Some(Name { prefix: "", parts: vec![NamePart { text: String::new(), start: end, end }] });
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        let assigned = self.assigned.take();
        let name = class.id.as_ref().map(|id| simple(id.name.as_str(), id.span)).or(assigned);
        // What is outside of methods runs when an instance is made.
        self.push(class.span, name.clone().map(|name| Name { prefix: "new ", ..name }));
        self.within(name, |this| walk::walk_class(this, class));
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.assigned = match method.kind {
            MethodDefinitionKind::Constructor => self.owner.clone().map(|name| Name { prefix: "new ", ..name }),
            MethodDefinitionKind::Get => self.member("get ", &method.key),
            MethodDefinitionKind::Set => self.member("set ", &method.key),
            MethodDefinitionKind::Method => self.member("", &method.key),
        };
        if method.computed {
            let name = self.assigned.take();
            self.visit_property_key(&method.key);
            self.assigned = name;
        }
        let flags = ScopeFlags::Function;
        self.visit_function(&method.value, flags);
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        let name = self.member("", &property.key);
        if property.computed {
            self.visit_property_key(&property.key);
        }
        if let Some(value) = &property.value {
            self.assign(name, value);
            self.visit_expression(value);
        }
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        let assigned = self.assigned.take();
        self.within(assigned, |this| {
            for property in &object.properties {
                match property {
                    ObjectPropertyKind::ObjectProperty(property) => this.visit_object_property(property),
                    ObjectPropertyKind::SpreadProperty(spread) => this.visit_spread_element(spread),
                }
            }
        });
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let prefix = match property.kind {
            PropertyKind::Init => "",
            PropertyKind::Get => "get ",
            PropertyKind::Set => "set ",
        };
        if property.computed {
            self.visit_property_key(&property.key);
        }
        let name = self.member(prefix, &property.key);
        self.assign(name, &property.value);
        self.visit_expression(&property.value);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&declarator.id);
        let Some(value) = &declarator.init else { return };
        let name = match &declarator.id {
            BindingPattern::BindingIdentifier(id) => Some(simple(id.name.as_str(), id.span)),
            _ => None,
        };
        self.assign(name, value);
        self.visit_expression(value);
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        self.visit_assignment_target(&assignment.left);
        let name = match &assignment.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => Some(simple(id.name.as_str(), id.span)),
            target => target.as_member_expression().and_then(path),
        };
        self.assign(name, &assignment.right);
        self.visit_expression(&assignment.right);
    }
}

fn takes_name(value: &Expression<'_>) -> bool {
    matches!(
        value.without_parentheses(),
        Expression::FunctionExpression(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::ClassExpression(_)
            | Expression::ObjectExpression(_)
    )
}

fn simple(name: &str, span: Span) -> Name {
    Name { prefix: "", parts: vec![part(name.to_owned(), span)] }
}

fn part(text: String, span: Span) -> NamePart {
    NamePart { text, start: span.start, end: span.end }
}

/// `a.b.c` as far as it is plain.
fn path(member: &MemberExpression<'_>) -> Option<Name> {
    let mut parts = Vec::new();
    let mut next = Some(member);
    while let Some(member) = next {
        let MemberExpression::StaticMemberExpression(step) = member else { break };
        parts.push(part(step.property.name.as_str().to_owned(), step.property.span));
        next = match &step.object {
            Expression::Identifier(id) => {
                parts.push(part(id.name.as_str().to_owned(), id.span));
                None
            }
            object if parts.len() < MAX_PARTS => object.as_member_expression(),
            _ => None,
        };
    }
    parts.reverse();
    (!parts.is_empty()).then_some(Name { prefix: "", parts })
}

#[cfg(test)]
mod tests {
    use super::{MAX_STACK, of, stack_need};

    fn names(script: &str) -> Vec<String> {
        let scopes = of(script).unwrap().functions;
        let text = |name: super::Name| {
            let parts: Vec<String> = name.parts.into_iter().map(|part| part.text).collect();
            format!("{}{}", name.prefix, parts.join("."))
        };
        scopes.into_iter().map(|scope| scope.name.map_or_else(|| "-".to_owned(), text)).collect()
    }

    #[test]
    fn functions_have_the_names_people_know_them_by() {
        for (script, expected) in [
            ("function a(){}", vec!["a"]),
            ("const b=()=>1,c=function(){}", vec!["b", "c"]),
            ("x(()=>1)", vec!["-"]),
            ("(()=>1)(()=>2)", vec!["", "-"]),
            ("a.b.c=function(){}", vec!["a.b.c"]),
            ("a.prototype.go=()=>{}", vec!["a.prototype.go"]),
            (
                "class A{constructor(){}go(){}get x(){}static s(){}#p(){}f=()=>1}",
                vec!["new A", "new A", "A.go", "get A.x", "A.s", "A.#p", "A.f"],
            ),
            ("var A=class{go(){}}", vec!["new A", "A.go"]),
            ("var o={go(){},run:()=>1,in:{deep(){}}}", vec!["o.go", "o.run", "o.in.deep"]),
            ("var o={a(){return{b(){}}}}", vec!["o.a", "b"]),
            ("export default function(){}", vec!["-"]),
            ("import x from 'x';export const go=async()=>{}", vec!["go"]),
            ("return 1", vec![]),
        ] {
            assert_eq!(names(script), expected, "{script}");
        }
    }

    #[test]
    fn whatever_the_depth_the_stack_suffices() {
        let nested = [
            ("(", "a", ")"),
            ("[", "a", "]"),
            ("{", "", "}"),
            ("!", "a", ""),
            ("a=>", "b", ""),
            ("a=", "b", ""),
            ("a?b:", "c", ""),
            ("if(a)", ";", ""),
            ("if(a);else ", ";", ""),
            ("new ", "a", ""),
            ("x:", ";", ""),
            ("function a(){", "", "}"),
            ("`${", "a", "}`"),
            ("class A extends(", "b", "){}"),
            ("({a:", "b", "})"),
            ("async()=>", "b", ""),
            ("do ", ";", " while(1)"),
            ("a+", "b", ""),
            ("a.", "b", ""),
            ("a**", "b", ""),
            ("yield ", "a", ""),
            ("await ", "a", ""),
            ("class A{a=", "1", "}"),
            ("({a(){", "", "}})"),
            ("a(", "", ")"),
            ("for(;;)", ";", ""),
            ("try{", "", "}catch(e){}"),
            ("a=class extends ", "b", "{}"),
            ("a.b=", "c", ""),
            ("switch(a){case ", "1", ":}"),
            ("({...", "a", "})"),
            ("(a=", "b", ")=>1"),
            ("[a=", "b", "]=c"),
        ];
        for (start, middle, end) in nested {
            let script = format!("{}{middle}{}", start.repeat(3000), end.repeat(3000));
            assert!(of(&script).is_some(), "{start}");
        }
        let hostile = "(".repeat(2 * MAX_STACK / 2800);
        assert!(stack_need(&hostile) > MAX_STACK);
        assert_eq!(of(&hostile), None);
    }
}
