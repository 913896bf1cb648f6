use super::{browser, device, os};

#[test]
fn headers_of_the_field_are_understood() {
    let chrome = "AppleWebKit/537.36 (KHTML, like Gecko)";
    for (header, expected) in [
        (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Chrome/119.0.0.0 Safari/537.36"), "Chrome 119.0.0|Windows >=10|"),
        (format!("Mozilla/5.0 (Windows NT 6.1) {chrome} Chrome/109.0.5414.120 Safari/537.36 Edg/109.0.1518.140"), "Edge 109.0.1518|Windows 7|"),
        (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {chrome} Chrome/119.0.0.0 Safari/537.36"), "Chrome 119.0.0|Chrome OS 14541.0.0|"),
        (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0"), "Opera 104.0.0|Windows >=10|"),
        (format!("Mozilla/5.0 (Linux; Android 13; Pixel 7) {chrome} Chrome/119.0.0.0 Mobile Safari/537.36"), "Chrome Mobile 119.0.0|Android 13|Pixel 7/Google/Pixel 7"),
        (format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} Chrome/119.0.0.0 Mobile Safari/537.36"), "Chrome Mobile 119.0.0|Android 10|Generic Smartphone/Generic/Smartphone"),
        (format!("Mozilla/5.0 (Linux; Android 12; SM-G991B Build/SP1A; wv) {chrome} Version/4.0 Chrome/110.0.5481.65 Mobile Safari/537.36"), "Chrome Mobile WebView 110.0.5481|Android 12|Samsung SM-G991B/Samsung/SM-G991B"),
        (format!("Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) {chrome} SamsungBrowser/22.0 Chrome/111.0.5563.116 Mobile Safari/537.36"), "Samsung Internet 22.0|Android 13|Samsung SM-S918B/Samsung/SM-S918B"),
        ("Mozilla/5.0 (Android 13; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0".to_owned(), "Firefox Mobile 120.0|Android 13|Generic Smartphone/Generic/Smartphone"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0".to_owned(), "Firefox 120.0|Ubuntu |"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15".to_owned(), "Safari 17.1|Mac OS X >=10.15.7|Mac/Apple/Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1".to_owned(), "Mobile Safari 17.1|iOS 17.1.2|iPhone/Apple/iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1".to_owned(), "Chrome Mobile iOS 119.0.6045|iOS 16.6|iPad/Apple/iPad"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148".to_owned(), "Mobile Safari UI/WKWebView 17.1|iOS 17.1|iPhone/Apple/iPhone"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko".to_owned(), "IE 11|Windows 7|"),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)".to_owned(), "IE 9.0|Windows 7|"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)".to_owned(), "Googlebot 2.1||Spider/Spider/Desktop"),
        ("Opera/9.80 (Windows NT 6.0) Presto/2.12.388 Version/12.14".to_owned(), "Opera 12.14|Windows Vista|"),
        ("curl/8.4.0".to_owned(), "curl 8.4.0||"),
        ("okhttp/4.11.0".to_owned(), "okhttp 4.11.0||"),
        ("python-requests/2.31.0".to_owned(), "Python Requests 2.31.0||"),
        ("Android".to_owned(), "|Android |Generic Tablet/Generic/Tablet"),
        ("\u{4f60}\u{597d} Chrome/".to_owned(), "||"),
        (String::new(), "||"),
    ] {
        let text = |found: Option<super::Named>| found.map_or_else(String::new, |(name, version)| format!("{name} {version}"));
        let device = device::find(&header).map(|device| format!("{}/{}/{}", device.family, device.brand, device.model));
        let found = format!("{}|{}|{}", text(browser::find(&header)), text(os::find(&header)), device.unwrap_or_default());
        assert_eq!(found, expected, "{header}");
    }
}
