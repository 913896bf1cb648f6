//! QR codes as SVG.

use fast_qr::{ECL, QRBuilder};

use super::markup::Markup;

/// Modules of white around the code, as the standard asks.
const QUIET: usize = 4;

/// The text as a picture with a name; empty where it is too long for one.
pub fn qr_code(text: &str, name: &str) -> Markup {
    let mut svg = Markup::new();
    let Ok(code) = QRBuilder::new(text).ecl(ECL::M).build() else { return svg };
    let size = code.size + 2 * QUIET;
    svg.raw("<svg class=\"qr\" role=\"img\" shape-rendering=\"crispEdges\" viewBox=\"0 0 ");
    svg.push(&format!("{size} {size}"));
    svg.raw("\"><title>");
    svg.push(name);
    svg.raw("</title><path fill=\"#fff\" d=\"");
    svg.push(&format!("M0 0h{size}v{size}h-{size}z"));
    svg.raw("\"/><path fill=\"#000\" d=\"");
    for y in 0..code.size {
        for x in (0..code.size).filter(|x| code[y][*x].value()) {
            svg.push(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    svg.raw("\"/></svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::qr_code;

    #[test]
    fn a_text_becomes_a_picture_with_a_name() {
        let svg = qr_code("otpauth://totp/a", "<code>").to_string();
        assert!(svg.starts_with("<svg class=\"qr\"") && svg.contains("viewBox=\"0 0 33 33\""), "{svg}");
        // The dark corner of the first finder pattern.
        assert!(svg.contains("M4 4h1v1h-1z") && svg.contains("&lt;code&gt;"), "{svg}");
        assert_eq!(qr_code(&"x".repeat(5_000), "").to_string(), "");
    }
}
