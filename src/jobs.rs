//! Every background job and its timetable.
