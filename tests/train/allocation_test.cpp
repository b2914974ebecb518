#include <support/catch.hpp>
#include <support/count_allocations.hpp>
#include <utility>

#include "pictures.hpp"
#include <residua/train/trainer.hpp>

using namespace residua;

TEST_CASE("trainer: a step allocates nothing, the loader's thread included") {
    const LabelledImages images = pictures(70);
    for (const auto& [threads, accumulate] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{2, 3}}) {
        AugmentedImages source = source_of(images);
        Trainer<SmallNet> trainer(
            source,
            {.iterations = 100, .batch = 16, .accumulate = accumulate, .threads = threads, .schedule = {.rate = 1e-3}});
        trainer.step();
        INFO(threads << " threads, " << accumulate << " batches");
        CHECK(fewest_allocations([&] { trainer.step(); }) == 0);
    }
#if RESIDUA_COUNTS_ALLOCATIONS
    CHECK(allocations > 0);
#endif
}
