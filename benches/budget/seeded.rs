//! Rows 11 and 12: what pages and searches cost when a million events are stored, made by `picket seed`.

use std::time::Instant;

use super::database::Database;
use super::pages::Browser;
use super::picket::{Picket, free_address, output};
use super::stores::Stores;
use super::{row, scaled};

const EVENTS: usize = 1_000_000;
const ISSUES: usize = 10_000;
const PROJECTS: usize = 50;

/// Pages asked for, of each kind.
const PAGES: usize = 300;

const LISTS: [&str; 6] = ["", "?sort=new", "?sort=freq", "?sort=priority", "?sort=user", "?statsPeriod=14d"];

/// What indexes and columns of issues answer.
const TOKENS: [&str; 16] = [
    "is:unresolved plan:team",
    "environment:staging",
    "plan:business region:cn",
    "is:unresolved level:fatal",
    "is:unassigned timesSeen:>100",
    "firstSeen:-7d",
    "lastSeen:-24h",
    "browser.name:Chrome",
    "user.id:4711",
    "user.email:user99@example.com",
    "!region:us plan:free",
    "has:browser",
    "users:>50",
    "release:latest",
    "platform:java",
    "server_name:account-service-3",
];

/// What no index answers.
const WORDS: [&str; 8] = [
    "payment",
    "KeyError",
    "\"is not known\"",
    "could not cancel",
    "ledger refund",
    "message:*gateway*",
    "nowhere",
    "4711",
];

pub fn measure(stores: &Stores, database: &mut Database) {
    let [events, issues, projects] = [EVENTS, ISSUES, PROJECTS].map(scaled).map(|count| count.max(4).to_string());
    let begun = Instant::now();
    let plan = ["--events", &events, "--issues", &issues, "--projects", &projects, "--days", "30"];
    output(stores, &[&["seed", "--organization", "Demo", "--quiet"][..], &plan[..]].concat());
    println!("  seeding {events} events took {:.0} s", begun.elapsed().as_secs_f64());
    database.execute("VACUUM (ANALYZE)");
    database.execute("CHECKPOINT");
    let picket = Picket::run(stores, "web", free_address());
    let browser = Browser::sign_in(stores, &picket);
    pages(&browser, database);
    searches(&browser);
}

/// Row 11.
fn pages(browser: &Browser, database: &mut Database) {
    let issues = database.numbers(
        "SELECT issues.id FROM issues JOIN projects ON projects.id = project_id
        JOIN organizations ON organizations.id = organization_id WHERE organizations.slug = 'demo'
        ORDER BY md5(issues.id::text) LIMIT 300",
    );
    let details: Vec<String> = issues.iter().map(|id| format!("/organizations/demo/issues/{id}/")).collect();
    let list = |query: &str| format!("/organizations/demo/issues/{query}");
    let (date, all) = (p95(browser, &[list("")]), p95(browser, &LISTS.map(list)));
    let project = p95(browser, &LISTS.map(|query| format!("/demo/account-service/{query}")));
    let staging = p95(browser, &[list("?environment=staging")]);
    let detail = p95(browser, &details);
    row("11 issue list, issue page p95 at 1,000,000 events", "10, 10 ms", &format!("{date:.1}, {detail:.1} ms"));
    println!("  all projects in all orders {all:.1} ms, one project {project:.1} ms, one environment {staging:.1} ms");
}

/// Row 12.
fn searches(browser: &Browser) {
    let path = |query: &str| {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        format!("/organizations/demo/issues/?query={query}")
    };
    let (tokens, words) = (p95(browser, &TOKENS.map(path)), p95(browser, &WORDS.map(path)));
    row("12 search p95: indexed tokens / free text", "15 / 60 ms", &format!("{tokens:.1} / {words:.1} ms"));
    for query in TOKENS.iter().chain(&WORDS) {
        let times = browser.times(&vec![path(query); 10]);
        println!("  {query:<40} {:>6.1} ms", times[times.len() / 2].as_secs_f64() * 1000.0);
    }
}

/// In milliseconds, seen from the client; the paths take turns.
fn p95(browser: &Browser, paths: &[String]) -> f64 {
    let paths: Vec<String> = paths.iter().cycle().take(PAGES).cloned().collect();
    browser.times(&paths[..40]);
    let times = browser.times(&paths);
    times[times.len() * 95 / 100].as_secs_f64() * 1000.0
}
