# Without exceptions errors end in the handler that is set, or on standard error. Usage: see CMakeLists.txt
cmake_minimum_required(VERSION 3.22)

function(expect code text)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE error)
    if(NOT result MATCHES "${code}" OR NOT error MATCHES "^${text}\n")
        message(SEND_ERROR "${ARGN}: expected '${text}' and ${code}, found '${error}' and ${result}")
    endif()
endfunction()

expect("^2$" "controller: /nowhere: [^\n]+" ${PROGRAM} /nowhere)
foreach(program IN ITEMS ${HANDLERS} ${HANDLERS_BEHIND})
    expect("abort" "residua: batch: expected at least 1, got 0" ${program} none)
    expect("abort" "residua: batch: expected at least 1, got 0" ${program} none-again)
    expect("abort" "noted: batch: expected at least 1, got 0" ${program} returning)
endforeach()
