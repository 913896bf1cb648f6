//! HTTP: handlers read, call one service, render.

pub mod messages;
