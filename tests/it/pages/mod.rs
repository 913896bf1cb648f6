mod account;
mod auth;
mod manage;
mod old_links;
mod onboarding;
mod organizations;
mod projects;
mod setup;
