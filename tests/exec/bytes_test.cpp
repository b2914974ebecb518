#include <support/catch.hpp>

#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/lower/budget.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>

using namespace residua;

namespace {

struct Odd : Network<Input<3, 7, 5>, Conv<17, 3, Bias>, ReLU, MaxPool<3, Stride<2>>, Conv<5, 1>, BN> {};
struct BnFirst : Network<Input<20, 5, 5>, BN, ReLU, Residual<Conv<20, 3>>> {};

template <class Net, class Mode, int batch, int threads>
void check_bytes() {
    const Workspace<Net, Mode> workspace(batch, threads);
    CHECK(workspace.bytes() == workspace_bytes<Net, Mode, Batch<batch>, Threads<threads>>);
    CHECK(workspace.batch() == batch);
    CHECK(workspace.threads() == threads);
}

template <class Net>
void check_network() {
    check_bytes<Net, Inference, 1, 1>();
    check_bytes<Net, Inference, 5, 3>();
    check_bytes<Net, Training, 1, 1>();
    check_bytes<Net, Training, 5, 3>();
    CHECK(sizeof(Model<Net>) <= 128);
    CHECK(sizeof(Workspace<Net, Inference>) <= 128);
    CHECK(sizeof(Workspace<Net, Training>) <= 512);
}

}  // namespace

static_assert(within_budget<ResNet50, Inference, Bytes<12'000'000>>);
static_assert(within_budget<ResNet152, Inference, Bytes<12'000'000>>);
static_assert(within_budget<ResNet18, Inference, Bytes<6 * MiB>>);

TEST_CASE("workspace: what it allocates is what the plan says, and nothing large lies on the stack") {
    check_network<ResNet20>();
    check_network<Odd>();
    check_network<BnFirst>();
}
