#pragma once

/// Bytes a second that this many threads move between memory and registers, added up: a[i] = b[i] + s c[i] on arrays
/// that no cache holds, three floats for each i (the triad of McCalpin's STREAM, 1995).
double memory_bandwidth(int threads);
