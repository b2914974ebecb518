#include <support/catch.hpp>

#include <residua/lower/sections.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/model.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

enum class Shelf : unsigned char { top, middle, bottom, count };

constexpr Sections<Shelf> shelves() {
    Sections<Shelf> all;
    all.append(Shelf::bottom, 5);
    all.append(Shelf::middle, 0);
    all.append(Shelf::top, 7);
    return all;
}

}  // namespace

TEST_CASE("sections: lie one behind another in the order in which they are appended") {
    STATIC_REQUIRE(shelves().offset(Shelf::bottom) == 0);
    STATIC_REQUIRE(shelves().offset(Shelf::middle) == 5);
    STATIC_REQUIRE(shelves().offset(Shelf::top) == 5);
    STATIC_REQUIRE(shelves().total() == 12);
}

TEST_CASE("sections: those of a workspace are all of it") {
    using Sizes = TrainingSizes<ResNet20>;
    constexpr Sections<TrainingSection> sections = Sizes::sections(128, 2);
    STATIC_REQUIRE(sections.offset(TrainingSection::maps) == 0);
    STATIC_REQUIRE(sections.offset(TrainingSection::slots) == Sizes::maps(128));
    STATIC_REQUIRE(sections.offset(TrainingSection::tail) + overhang == sections.total());
    STATIC_REQUIRE(workspace_bytes<ResNet20, Training, Batch<128>, Threads<2>> == 4 * sections.total());
    constexpr Sections<InferenceSection> slots = InferenceSizes<ResNet20>::sections(16, 2);
    STATIC_REQUIRE(slots.offset(InferenceSection::tail) == 2 * InferenceSizes<ResNet20>::slot(16));
    STATIC_REQUIRE(workspace_bytes<ResNet20, Inference, Batch<16>, Threads<2>> == 4 * slots.total());
}
