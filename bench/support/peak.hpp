#pragma once

/// Multiply-adds as floating-point operations a second that this many threads reach in registers, added up.
double fma_peak(int threads);
