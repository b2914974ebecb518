#pragma once

#include <charconv>
#include <filesystem>
#include <span>
#include <string>

#include <residua/file/atomic_file.hpp>
#include <residua/train/history.hpp>

namespace support {

/// As few digits as give the same number again; nothing for an error that was not measured.
inline std::string csv_number(double value) {
    if (value < 0) return "";
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The history as CSV: errors between 0 and 1, empty where a set was not evaluated.
inline std::string csv_of(const residua::History& history) {
    std::string text = "epoch,iteration,rate,loss,train_error,held_out_error,test_error\n";
    for (const residua::EpochRecord& record : history) {
        text += std::to_string(record.epoch) + ',' + std::to_string(record.iteration);
        for (const double value :
             {record.rate, record.loss, record.train_error, record.held_out_error, record.test_error})
            text += ',' + csv_number(value);
        text += '\n';
    }
    return text;
}

/// Writes the whole log anew; readers never see half of it. \throws residua::FileError
inline void write_log(const std::filesystem::path& path, const residua::History& history) {
    const std::string text = csv_of(history);
    residua::write_atomically(path, {std::as_bytes(std::span(text))});
}

}  // namespace support
