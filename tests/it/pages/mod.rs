mod account;
mod auth;
mod onboarding;
mod organizations;
mod projects;
mod setup;
