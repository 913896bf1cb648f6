use super::languages::Language;
use super::lines;

fn shown(filename: &str, code: &str) -> String {
    let language = Language::of(filename, "other");
    lines(code.lines(), language).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn tokens_are_classed() {
    for (filename, code, expected) in [
        (
            "a.py",
            "raise PaymentDeclined('no %s' % 4.5)  # why",
            "<b class=\"k\">raise</b> <b class=\"t\">PaymentDeclined</b>(<b class=\"s\">&#39;no %s&#39;</b> % <b class=\"n\">4.5</b>)  <b class=\"c\"># why</b>",
        ),
        (
            "a.js",
            "const a = `x${1}`; // y",
            "<b class=\"k\">const</b> a = <b class=\"s\">`x${1}`</b>; <b class=\"c\">// y</b>",
        ),
        (
            "A.java",
            "load(0x1F, \"a\\\"b\");",
            "<b class=\"f\">load</b>(<b class=\"n\">0x1F</b>, <b class=\"s\">&quot;a\\&quot;b&quot;</b>);",
        ),
        ("a.php", "$this->total = 名前();", "$this-&gt;total = <b class=\"f\">名前</b>();"),
        (
            "a.sql",
            "SELECT 'it''s' -- c",
            "<b class=\"k\">SELECT</b> <b class=\"s\">&#39;it&#39;</b><b class=\"s\">&#39;s&#39;</b> <b class=\"c\">-- c</b>",
        ),
        ("unknown", "if <b>", "if &lt;b&gt;"),
    ] {
        assert_eq!(shown(filename, code), expected, "{filename}");
    }
}

#[test]
fn what_spans_lines_carries_over() {
    assert_eq!(
        shown("a.go", "a /* b\nc */ d\n`e\nf` g"),
        "a <b class=\"c\">/* b</b>\n<b class=\"c\">c */</b> d\n<b class=\"s\">`e</b>\n<b class=\"s\">f`</b> g"
    );
    assert_eq!(shown("a.py", "'open\nnext"), "<b class=\"s\">&#39;open</b>\nnext");
}

#[test]
fn nothing_of_the_code_is_lost_or_becomes_markup() {
    let hostile = "\"\\é </b><script>alert('x')//\u{1F4A9}\\";
    for file in ["a.py", "a.js", "a.rs", "a.rb", "a.html", "a.sql", "a.hs", "a.cs"] {
        let html = shown(file, hostile);
        assert!(!html.contains("<script"), "{file}: {html}");
        let without_tags = html
            .replace("</b>", "")
            .split("<b class=\"")
            .enumerate()
            .map(|(place, part)| if place == 0 { part.to_owned() } else { part[3..].to_owned() })
            .collect::<String>();
        let decoded = without_tags
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        assert_eq!(decoded, hostile, "{file}");
    }
    let long = "x(1) ".repeat(1_000);
    assert!(!shown("a.js", &long).contains("<b"));
}

#[test]
fn languages_are_found_by_file_or_platform() {
    assert!(Language::of("https://x.example/app.js?v=1", "other").is_some());
    assert!(Language::of("<unknown>", "python").is_some());
    assert!(Language::of("Main.KT", "java").unwrap().is_keyword("fun"));
    assert!(Language::of("x", "other").is_none());
}
