# The same programs for every way of getting at the library.
add_executable(plain ../consumer.cpp)
target_link_libraries(plain PRIVATE residua::residua)

add_executable(native ../consumer.cpp)
target_link_libraries(native PRIVATE residua::native residua::data)
