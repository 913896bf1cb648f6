//! The library that sent the event: what it is made of, and what it hooks into.

use crate::protocol::interfaces::sdk::Sdk;

const MAX_SHOWN: usize = 100;

pub struct SdkView<'a> {
    /// Name and version.
    pub name: String,
    pub integrations: Vec<&'a str>,
    /// Names and versions.
    pub packages: Vec<(&'a str, &'a str)>,
}

impl<'a> SdkView<'a> {
    /// `None` where the SDK does not say who it is.
    pub fn of(sdk: &'a Sdk<'a>) -> Option<Self> {
        let name = sdk.name.as_deref()?;
        let packages = sdk.packages.iter().map(|(name, version)| (&**name, &**version));
        Some(Self {
            name: sdk.version.as_deref().map_or_else(|| name.to_owned(), |version| format!("{name} {version}")),
            integrations: sdk.integrations.iter().map(|name| &**name).take(MAX_SHOWN).collect(),
            packages: packages.take(MAX_SHOWN).collect(),
        })
    }
}
