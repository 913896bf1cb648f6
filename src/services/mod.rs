//! Use cases, by area: the only place with business decisions.
