//! Filling parameters into a message template, printf style or with braces (normalize.md 6.1).
//!
//! All or nothing: a template that does not fit its parameters stays as it is.

use std::fmt::Write;

use crate::types::json::Json;

/// Longer results are of no use: the text is cut afterwards.
const MAX_LENGTH: usize = 65_536;

/// No client means a wider field; a hostile one would.
const MAX_WIDTH: usize = 1024;

/// The text of a template; `None` if there is nothing to fill in or something does not fit.
pub fn format(template: &str, params: &Json<'_>) -> Option<String> {
    if params.is_empty() {
        return None;
    }
    let text = if template.contains('%') {
        printf(template, params)?
    } else if template.contains('{') {
        braces(template, params)?
    } else {
        return None;
    };
    Some(text)
}

fn printf(template: &str, params: &Json<'_>) -> Option<String> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let (conversion, after) = Conversion::read(after)?;
        rest = after;
        if conversion.kind == b'%' {
            out.push('%');
            continue;
        }
        let param = match conversion.name {
            Some(name) => params.get(name)?,
            None => params.as_array()?.get(next)?,
        };
        next += usize::from(conversion.name.is_none());
        conversion.write(param, &mut out)?;
        if out.len() > MAX_LENGTH {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// What stands after a percent sign.
#[expect(clippy::struct_excessive_bools, reason = "the flags of printf")]
struct Conversion<'t> {
    name: Option<&'t str>,
    left: bool,
    zeros: bool,
    sign: bool,
    prefix: bool,
    width: usize,
    precision: Option<usize>,
    kind: u8,
}

impl<'t> Conversion<'t> {
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let (name, text) = match text.strip_prefix('(') {
            Some(named) => named.split_once(')').map(|(name, rest)| (Some(name), rest))?,
            None => (None, text),
        };
        let flags = text.len() - text.trim_start_matches(['-', '0', '+', '#', ' ']).len();
        let (flags, text) = text.split_at(flags);
        let (width, text) = digits(text)?;
        let (precision, text) = match text.strip_prefix('.') {
            Some(text) => digits(text).map(|(precision, text)| (Some(precision.unwrap_or(0)), text))?,
            None => (None, text),
        };
        // Length modifiers of C mean nothing here.
        let text = text.trim_start_matches(['l', 'h']);
        let kind = *text.as_bytes().first().filter(|kind| kind.is_ascii())?;
        let conversion = Self {
            name,
            left: flags.contains('-'),
            zeros: flags.contains('0'),
            sign: flags.contains('+'),
            prefix: flags.contains('#'),
            width: width.unwrap_or(0),
            precision,
            kind,
        };
        Some((conversion, &text[1..]))
    }

    fn write(&self, param: &Json<'_>, out: &mut String) -> Option<()> {
        let text = match self.kind {
            b's' | b'r' => {
                let text = plain(param);
                match self.precision {
                    Some(precision) => text.chars().take(precision).collect(),
                    None => text,
                }
            }
            b'c' => character(param)?,
            b'd' | b'i' | b'u' => self.signed(whole(param)?, i128::to_string),
            b'x' => self.signed(whole(param)?, |number| format!("{}{number:x}", if self.prefix { "0x" } else { "" })),
            b'X' => self.signed(whole(param)?, |number| format!("{}{number:X}", if self.prefix { "0X" } else { "" })),
            b'o' => self.signed(whole(param)?, |number| format!("{}{number:o}", if self.prefix { "0o" } else { "" })),
            b'f' | b'F' => {
                let number = float(param)?;
                let digits = format!("{:.*}", self.precision.unwrap_or(6), number.abs());
                self.with_sign(number.is_sign_negative(), digits)
            }
            b'e' | b'E' => {
                let number = float(param)?;
                self.with_sign(number.is_sign_negative(), exponent(number.abs(), self.precision, self.kind))
            }
            b'g' | b'G' => {
                let number = float(param)?;
                self.with_sign(number.is_sign_negative(), general(number.abs(), self.precision, self.kind))
            }
            _ => return None,
        };
        self.pad(&text, out);
        Some(())
    }

    fn signed(&self, number: i128, digits: impl Fn(&i128) -> String) -> String {
        self.with_sign(number < 0, digits(&number.abs()))
    }

    fn with_sign(&self, negative: bool, digits: String) -> String {
        match (negative, self.sign) {
            (true, _) => format!("-{digits}"),
            (false, true) => format!("+{digits}"),
            (false, false) => digits,
        }
    }

    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.saturating_sub(text.chars().count());
        let is_number = !matches!(self.kind, b's' | b'r' | b'c');
        if self.left {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if self.zeros && is_number {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            out.push_str(sign);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(digits);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(text);
        }
    }
}

/// A width or precision; `None` outside for one that nobody means.
fn digits(text: &str) -> Option<(Option<usize>, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Some((None, text));
    }
    let number: usize = text[..length].parse().ok()?;
    (number <= MAX_WIDTH).then_some((Some(number), &text[length..]))
}

/// A parameter as people read it: texts bare, everything else as JSON.
fn plain(param: &Json<'_>) -> String {
    match param {
        Json::Str(text) => text.as_ref().to_owned(),
        other => other.to_string(),
    }
}

fn whole(param: &Json<'_>) -> Option<i128> {
    match param {
        Json::Int(number) => Some(i128::from(*number)),
        Json::Bool(value) => Some(i128::from(*value)),
        #[expect(clippy::cast_possible_truncation, reason = "printf cuts the fraction too")]
        Json::Float(number) if number.is_finite() => Some(*number as i128),
        _ => None,
    }
}

fn float(param: &Json<'_>) -> Option<f64> {
    param.as_f64().filter(|number| number.is_finite())
}

fn character(param: &Json<'_>) -> Option<String> {
    match param {
        Json::Str(text) if text.chars().count() == 1 => Some(text.as_ref().to_owned()),
        Json::Int(code) => u32::try_from(*code).ok().and_then(char::from_u32).map(String::from),
        _ => None,
    }
}

/// `1.5e+03`, with at least two digits in the exponent.
fn exponent(number: f64, precision: Option<usize>, kind: u8) -> String {
    let text = format!("{:.*e}", precision.unwrap_or(6), number);
    let Some((mantissa, power)) = text.split_once('e') else { return text };
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{mantissa}{}{sign}{power:0>2}", char::from(kind))
}

/// The shorter of both notations, without trailing zeros.
fn general(number: f64, precision: Option<usize>, kind: u8) -> String {
    let precision = precision.unwrap_or(6).max(1);
    #[expect(clippy::cast_possible_truncation, reason = "powers of ten of a double fit")]
    let power = if number == 0.0 { 0 } else { number.log10().floor() as i64 };
    let limit = i64::try_from(precision).unwrap_or(i64::MAX);
    if !(-4..limit).contains(&power) {
        let text = exponent(number, Some(precision - 1), if kind == b'G' { b'E' } else { b'e' });
        let Some((mantissa, power)) = text.split_once(['e', 'E']) else { return text };
        let letter = if kind == b'G' { 'E' } else { 'e' };
        return format!("{}{letter}{power}", without_zeros(mantissa));
    }
    let decimals = usize::try_from(limit - 1 - power).unwrap_or(0);
    without_zeros(&format!("{number:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

fn braces(template: &str, params: &Json<'_>) -> Option<String> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            out.push_str("{{");
            rest = after;
            continue;
        }
        let (name, after) = after.split_once('}')?;
        rest = after;
        let param = match params {
            Json::Array(items) if name.is_empty() => items.get(next)?,
            Json::Array(items) => items.get(name.parse::<usize>().ok()?)?,
            _ => params.get(name)?,
        };
        next += usize::from(name.is_empty());
        write!(out, "{}", plain(param)).ok()?;
        if out.len() > MAX_LENGTH {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}
