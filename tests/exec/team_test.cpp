#include <atomic>
#include <chrono>
#include <set>
#include <support/catch.hpp>
#include <support/more_threads.hpp>
#include <thread>
#include <vector>

#include <residua/exec/parallel.hpp>

using namespace residua;

TEST_CASE("team: five threads are five, also on fewer cores, if the program allows TBB as many") {
    const MoreThreads more;
    constexpr int threads = 5;
    Team team(threads, 1);
    std::vector<std::thread::id> who(threads);
    std::atomic<int> arrived{0};
    team.run(
        1, [](int) { return threads; },
        [&](int, int chunk, int) {
            who[static_cast<std::size_t>(chunk)] = std::this_thread::get_id();
            ++arrived;
            const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
            while (arrived < threads && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
        });
    CHECK(std::set(who.begin(), who.end()).size() == threads);
}

TEST_CASE("team: every chunk once, in the order of the phases, by slots of which there are so many") {
    const MoreThreads more;
    const std::vector<int> chunks{3, 1, 0, 40, 7, 2};
    for (const int threads : {1, 2, 3, 5, 20}) {
        INFO(threads << " threads");
        Team team(threads, static_cast<int>(chunks.size()));
        for (int run = 0; run < 3; ++run) {
            std::vector<std::vector<std::atomic<int>>> times;
            for (const int count : chunks) times.emplace_back(static_cast<std::size_t>(count));
            std::atomic<int> done{0};
            std::atomic<int> wrong{0};
            team.run(
                static_cast<int>(chunks.size()), [&](int phase) { return chunks[static_cast<std::size_t>(phase)]; },
                [&](int phase, int chunk, int slot) {
                    int before = 0;
                    for (int p = 0; p < phase; ++p) before += chunks[static_cast<std::size_t>(p)];
                    if (done < before || slot < 0 || slot >= threads) ++wrong;
                    ++times[static_cast<std::size_t>(phase)][static_cast<std::size_t>(chunk)];
                    ++done;
                });
            CHECK(wrong == 0);
            for (const auto& phase : times)
                for (const auto& chunk : phase) CHECK(chunk == 1);
        }
    }
}
