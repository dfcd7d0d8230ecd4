// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <csignal>

namespace xaas {

/// While any of these lives, no signal reaches this thread, nor a child that it forks: they wait.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  SignalsHeld(SignalsHeld&&) = delete;
  SignalsHeld& operator=(SignalsHeld&&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_{};
};

/// While any of these lives, SIGINT and SIGTERM that reach this process go to the registered
/// children instead of ending it. The last one to go puts back what was set before.
class SignalForwarding {
 public:
  SignalForwarding();
  SignalForwarding(const SignalForwarding&) = delete;
  SignalForwarding& operator=(const SignalForwarding&) = delete;
  SignalForwarding(SignalForwarding&&) = delete;
  SignalForwarding& operator=(SignalForwarding&&) = delete;
  ~SignalForwarding();

  /// `own_group`: the signal goes to the child's whole process group. A child without one already
  /// gets what the terminal sends. What came since we were made, before there was a child to send
  /// it to, is sent now.
  void add(pid_t child, bool own_group);
  /// Must come before the child is waited for: its number may then be used again.
  void remove();

 private:
  std::array<unsigned, 2> seen_{};
  int slot_ = -1;
};

}  // namespace xaas
