#pragma once

/// \file
/// The training recipe: steps, schedules, losses, checkpoints that resume to the same bits, errors and scores.

#include <residua/train/checkpoint.hpp>
#include <residua/train/evaluate.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/schedule.hpp>
#include <residua/train/scores.hpp>
#include <residua/train/sgd.hpp>
#include <residua/train/trained_values.hpp>
#include <residua/train/trainer.hpp>
