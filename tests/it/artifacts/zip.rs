//! Archives as tests want them: well made, and lying.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use serde_json::{Value, json};

/// An archive being written.
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Zip {
    /// With the mark of bundles before it.
    pub fn bundle() -> Self {
        Self { bytes: b"SYSB\x02\0\0\0".to_vec(), ..Self::default() }
    }

    /// A deflated entry.
    pub fn add(self, name: &str, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        self.entry(name, 8, crc.sum(), &packed, u32::try_from(content.len()).unwrap())
    }

    /// A stored entry that says of itself what it likes.
    pub fn entry(mut self, name: &str, method: u16, crc: u32, data: &[u8], size: u32) -> Self {
        let offset = u32::try_from(self.bytes.len()).unwrap();
        let name_length = u16::try_from(name.len()).unwrap();
        let facts = |bytes: &mut Vec<u8>| {
            bytes.extend([20, 0, 0, 0]);
            bytes.extend(method.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(crc.to_le_bytes());
            bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            bytes.extend(size.to_le_bytes());
            bytes.extend(name_length.to_le_bytes());
            bytes.extend([0, 0]);
        };
        self.bytes.extend(b"PK\x03\x04");
        facts(&mut self.bytes);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(data);
        self.directory.extend(b"PK\x01\x02\x14\0");
        facts(&mut self.directory);
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries = self.entries.wrapping_add(1);
        self
    }

    pub fn finish(mut self) -> Vec<u8> {
        let count = self.entries;
        self.finish_as(count)
    }

    /// Claims another number of entries.
    pub fn finish_as(&mut self, entries: u16) -> Vec<u8> {
        let offset = u32::try_from(self.bytes.len()).unwrap();
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.extend(&self.directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(entries.to_le_bytes());
        bytes.extend(entries.to_le_bytes());
        bytes.extend(u32::try_from(self.directory.len()).unwrap().to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}

pub const DEBUG_ID: &str = "8a2f4b1c-0d3e-4f56-9a7b-1c2d3e4f5a6b";

/// A script and its map, as sentry-cli packs them.
pub fn bundle(extra: &Value) -> Vec<u8> {
    let mut manifest = json!({
        "files": {
            "_/_/app.min.js": {
                "type": "minified_source", "url": "~/app.min.js",
                "headers": {"Sourcemap": "app.min.js.map", "debug-id": DEBUG_ID},
            },
            "_/_/app.min.js.map": {"type": "source_map", "url": "~/app.min.js.map", "headers": {"debug-id": DEBUG_ID}},
        },
    });
    for (key, value) in extra.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    Zip::bundle()
        .add("_/_/app.min.js", b"console.log(1)\n//# sourceMappingURL=app.min.js.map\n")
        .add("_/_/app.min.js.map", br#"{"version":3,"sources":["a.ts"],"sourcesContent":["x"],"mappings":"AAAA"}"#)
        .add("manifest.json", manifest.to_string().as_bytes())
        .finish()
}
