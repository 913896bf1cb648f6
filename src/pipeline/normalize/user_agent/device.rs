//! Which device a header comes from; ordinary computers are none.

use super::scan::after;

pub struct Device {
    pub family: String,
    pub brand: String,
    pub model: String,
}

impl Device {
    fn new(family: impl Into<String>, brand: &str, model: impl Into<String>) -> Self {
        Self { family: family.into(), brand: brand.to_owned(), model: model.into() }
    }
}

/// How models begin, and who makes them.
const MAKERS: &[(&str, &str)] = &[
    ("Pixel", "Google"),
    ("Nexus", "Google"),
    ("SM-", "Samsung"),
    ("GT-", "Samsung"),
    ("moto", "Motorola"),
    ("XT", "Motorola"),
    ("ONEPLUS", "OnePlus"),
    ("OnePlus", "OnePlus"),
    ("Redmi", "XiaoMi"),
    ("Mi ", "XiaoMi"),
    ("POCO", "XiaoMi"),
    ("CPH", "Oppo"),
    ("RMX", "Realme"),
    ("vivo", "vivo"),
    ("HUAWEI", "Huawei"),
    ("LM-", "LG"),
    ("Nokia", "HMD"),
];

const ROBOTS: &[&str] = &["bot/", "Bot/", "bot)", "spider", "Spider", "crawler", "facebookexternalhit"];

pub fn find(header: &str) -> Option<Device> {
    if ROBOTS.iter().any(|token| header.contains(token)) {
        let model = if header.contains("Mobile") { "Smartphone" } else { "Desktop" };
        return Some(Device::new("Spider", "Spider", model));
    }
    if header.contains("Windows Phone") {
        return Some(generic(header));
    }
    if let Some(rest) = after(header, "Android") {
        return Some(android(header, rest));
    }
    for name in ["iPhone", "iPad", "iPod"] {
        if header.contains(name) {
            return Some(Device::new(name, "Apple", name));
        }
    }
    header.contains("Mac OS X").then(|| Device::new("Mac", "Apple", "Mac"))
}

/// The model follows the system: `(Linux; Android 13; SM-G991B Build/TP1A)`.
fn android(header: &str, rest: &str) -> Device {
    let details = rest.split(')').next().unwrap_or_default();
    let model = details.split(';').skip(1).map(str::trim).find(|part| !is_noise(part));
    let model = model.map(|model| model.split(" Build").next().unwrap_or(model).trim());
    // `K` stands for any model, since browsers stopped telling.
    let Some(model) = model.filter(|model| !model.is_empty() && *model != "K") else { return generic(header) };
    let model = model.strip_prefix("SAMSUNG ").unwrap_or(model);
    let maker = MAKERS.iter().find(|(start, _)| model.starts_with(start)).map_or("Generic_Android", |(_, maker)| maker);
    let family = if maker == "Samsung" { format!("Samsung {model}") } else { model.to_owned() };
    Device::new(family, maker, model)
}

/// Parts that are no model: locales, flags, and what Firefox says.
fn is_noise(part: &str) -> bool {
    let is_locale = part.len() == 5 && matches!(part.as_bytes()[2], b'-' | b'_');
    is_locale || matches!(part, "U" | "wv" | "Mobile" | "Tablet" | "") || part.starts_with("rv:")
}

fn generic(header: &str) -> Device {
    if header.contains("Tablet") || !header.contains("Mobile") {
        Device::new("Generic Tablet", "Generic", "Tablet")
    } else {
        Device::new("Generic Smartphone", "Generic", "Smartphone")
    }
}
