//! Enqueues jobs that are due; one leader at a time.
