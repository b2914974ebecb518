#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <unistd.h>

/// A fresh folder, removed with everything in it at the end of its life.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "residua-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    std::ptrdiff_t file_count() const {
        return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
    }

  private:
    std::filesystem::path path_;
};

/// While it lives, a test that root runs has no more rights than anybody; it owns `folder`.
class WithoutPrivileges {
  public:
    explicit WithoutPrivileges(const std::filesystem::path& folder) : root_{::geteuid() == 0} {
        constexpr uid_t nobody = 65534;
        if (root_ && (::chown(folder.c_str(), nobody, nobody) != 0 || ::seteuid(nobody) != 0))
            throw std::runtime_error("root cannot become nobody");
    }
    WithoutPrivileges(const WithoutPrivileges&) = delete;
    WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
    ~WithoutPrivileges() {
        if (root_ && ::seteuid(0) != 0) std::abort();
    }

  private:
    bool root_;
};

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

/// The folder with CIFAR-10, trained weights and golden numbers: the environment variable RESIDUA_DATA; empty if unset.
inline std::filesystem::path data_folder() {
    const char* const folder = std::getenv("RESIDUA_DATA");
    return folder == nullptr ? "" : folder;
}

/// Ends a test that needs RESIDUA_DATA, with a word about it, where it is unset.
#define RESIDUA_NEEDS_DATA()                      \
    if (data_folder().empty()) {                  \
        WARN("skipped: RESIDUA_DATA is not set"); \
        return;                                   \
    }

/// The text of the exception that `action` throws; "nothing thrown" otherwise.
template <class Exception, class Action>
std::string text_of(Action action) {
    try {
        action();
    } catch (const Exception& error) {
        return error.what();
    }
    return "nothing thrown";
}
