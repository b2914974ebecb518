#include <support/catch.hpp>

#include <residua/train/schedule.hpp>

using namespace residua;

TEST_CASE("schedule: the paper's milestones") {
    const Schedule schedule = Schedule::paper(64'000);
    CHECK(schedule.milestones == std::vector<std::int64_t>{32'000, 48'000});
    CHECK(schedule.milestones == Schedule{}.milestones);
    const ScheduleState state;
    CHECK(learning_rate(schedule, state, 0) == 0.1);
    CHECK(learning_rate(schedule, state, 31'999) == 0.1);
    CHECK(learning_rate(schedule, state, 32'000) == Approx(0.01).epsilon(1e-14));
    CHECK(learning_rate(schedule, state, 47'999) == Approx(0.01).epsilon(1e-14));
    CHECK(learning_rate(schedule, state, 48'000) == Approx(0.001).epsilon(1e-14));
    CHECK(learning_rate(Schedule::paper(100, 0.5), state, 50) == Approx(0.05).epsilon(1e-14));
}

TEST_CASE("schedule: a small rate until the error falls under 80 %") {
    Schedule schedule;
    schedule.warm_up = WarmUp{};
    ScheduleState state;
    for (int i = 0; i < 500; ++i) note_iteration(schedule, state, 0.9);
    CHECK_FALSE(state.warm);
    CHECK(learning_rate(schedule, state, 40'000) == 0.01);
    note_iteration(schedule, state, 0.0);  // one good batch is luck
    CHECK_FALSE(state.warm);
    int iterations = 0;
    for (; !state.warm && iterations < 200; ++iterations) note_iteration(schedule, state, 0.7);
    CHECK(iterations > 10);
    CHECK(iterations < 60);
    CHECK(learning_rate(schedule, state, 500) == 0.1);
    for (int i = 0; i < 500; ++i) note_iteration(schedule, state, 1.0);  // it does not come back
    CHECK(learning_rate(schedule, state, 1000) == 0.1);
}

TEST_CASE("schedule: divided when the error stops falling") {
    Schedule schedule;
    schedule.milestones.clear();
    schedule.plateau = Plateau{.patience = 3, .threshold = 0.1};
    ScheduleState state;
    const auto rate_after = [&](double error) {
        note_epoch(schedule, state, error);
        return learning_rate(schedule, state, 0);
    };
    CHECK(rate_after(0.5) == 0.1);
    CHECK(rate_after(0.46) == 0.1);  // lower, but not by a tenth
    CHECK(rate_after(0.47) == 0.1);
    CHECK(rate_after(0.44) == 0.1);  // just in time
    CHECK(rate_after(0.44) == 0.1);
    CHECK(rate_after(0.44) == 0.1);
    CHECK(rate_after(0.44) == Approx(0.01).epsilon(1e-14));
    CHECK(rate_after(0.44) == Approx(0.01).epsilon(1e-14));
    CHECK(rate_after(0.44) == Approx(0.01).epsilon(1e-14));
    CHECK(rate_after(0.44) == Approx(0.001).epsilon(1e-14));
    ScheduleState untouched;
    note_epoch(Schedule{}, untouched, 0.9);
    CHECK(untouched == ScheduleState{});
}
