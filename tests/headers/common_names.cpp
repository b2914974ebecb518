// Names that programs have anyway, as their own beside an opened residua: of the namespace around and of a function.

#include <residua/data.hpp>
#include <residua/io.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>

using namespace residua;

#define RESIDUA_TYPES(use)                                                                                            \
    use(Add) use(Arena) use(Axis) use(Binary) use(BasicBlock) use(Blend) use(Block) use(Bottleneck)                   \
        use(BottleneckBlock) use(Buffer) use(Clip) use(Constant) use(Device) use(Element) use(Entries) use(Exp)       \
            use(Expected) use(Expression) use(Finish) use(Formula) use(Frame) use(Functor) use(Graph) use(Image)      \
                use(Index) use(Kernel) use(Kind) use(Layer) use(Layout) use(Load) use(Log) use(Map) use(Matrix)       \
                    use(Max) use(Maximum) use(Mean) use(Member) use(Min) use(Multiply) use(Name) use(Node) use(One)   \
                        use(Op) use(Operand) use(Options) use(Pack) use(Place) use(Plan) use(Point) use(Pool)         \
                            use(Position) use(Problem) use(Random) use(RandomSequence) use(Range) use(Rect)           \
                                use(Result) use(Room) use(Row) use(Sample) use(Serial) use(Shape) use(Share)          \
                                    use(Sigmoid) use(Size) use(Sizes) use(Slice) use(Softmax) use(Source) use(Square) \
                                        use(State) use(Step) use(Stream) use(Sum) use(Sums) use(Tanh) use(Task)       \
                                            use(Tile) use(Tiling) use(Timer) use(Unary) use(Uses) use(Variable)       \
                                                use(View) use(Window) use(Zero)

#define RESIDUA_VALUES(use)                                                                                         \
    use(activation) use(alignment) use(avg_pool) use(batch) use(bn) use(conv) use(data) use(dst) use(group_images)  \
        use(image) use(images) use(index) use(input) use(kernel) use(label) use(labels) use(layer) use(linear)      \
            use(loss) use(max_pool) use(meta) use(model) use(net) use(network) use(output) use(overhang)            \
                use(reference) use(result) use(seed) use(shape) use(size) use(src) use(stage) use(step) use(tensor) \
                    use(weight) use(weights) use(workspace) use(x) use(x0) use(x1) use(x2) use(y) use(z)

#define RESIDUA_DECLARE_TYPE(name) \
    struct name {                  \
        int is_own = 1;            \
    };
#define RESIDUA_DECLARE_VALUE(name) constexpr int name = 1;
#define RESIDUA_COUNT_TYPE(name) +name{}.is_own
#define RESIDUA_COUNT_VALUE(name) +name

namespace {

constexpr int locals() {
    RESIDUA_TYPES(RESIDUA_DECLARE_TYPE)
    RESIDUA_VALUES(RESIDUA_DECLARE_VALUE)
    return 0 RESIDUA_TYPES(RESIDUA_COUNT_TYPE) RESIDUA_VALUES(RESIDUA_COUNT_VALUE);
}

RESIDUA_TYPES(RESIDUA_DECLARE_TYPE)
RESIDUA_VALUES(RESIDUA_DECLARE_VALUE)

constexpr int of_namespace = 0 RESIDUA_TYPES(RESIDUA_COUNT_TYPE) RESIDUA_VALUES(RESIDUA_COUNT_VALUE);
static_assert(of_namespace >= 100 && of_namespace == locals());

}  // namespace

namespace app {

RESIDUA_TYPES(RESIDUA_DECLARE_TYPE)
RESIDUA_VALUES(RESIDUA_DECLARE_VALUE)

static_assert(of_namespace == 0 RESIDUA_TYPES(RESIDUA_COUNT_TYPE) RESIDUA_VALUES(RESIDUA_COUNT_VALUE));

}  // namespace app
