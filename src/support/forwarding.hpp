// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace xaas {

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
  /// gets what the terminal sends.
  void add(pid_t child, bool own_group);
  /// Must come before the child is waited for: its number may then be used again.
  void remove();

 private:
  int slot_ = -1;
};

}  // namespace xaas
