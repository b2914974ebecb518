include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Nothing here depends on the machine, so the package goes to share/ and its version file ignores the word size.
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/residua)

set(installed_targets residua residua_native)
if(TARGET residua_data)
    list(APPEND installed_targets residua_data)
endif()

install(DIRECTORY include/residua DESTINATION include FILES_MATCHING PATTERN "*.hpp")
install(TARGETS ${installed_targets} EXPORT residua-targets)
install(EXPORT residua-targets NAMESPACE residua:: DESTINATION ${package_dir})

configure_package_config_file(cmake/residua-config.cmake.in residua-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(residua-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/residua-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/residua-config-version.cmake
    cmake/dependencies.cmake
    DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
