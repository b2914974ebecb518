#include "candidates.hpp"

std::vector<Candidate> onednn_candidates(const ConvShape&, Direction, int) { return {}; }
