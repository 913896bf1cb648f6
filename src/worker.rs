//! Reads the event stream in batches; runs jobs.
