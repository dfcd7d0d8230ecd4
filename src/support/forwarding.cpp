// SPDX-License-Identifier: Apache-2.0
//
// A signal handler can see nothing but globals, hence the only mutable ones of the project: a fixed
// table of children that the handler can walk without a lock.
#include "forwarding.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

namespace xaas {
namespace {

constexpr std::array k_forwarded{SIGINT, SIGTERM};

// A child's number; negative (as kill(2) takes it) for a child with its own group; 0 when free.
// More children than slots are not forwarded to, which is more than any machine runs at once.
constinit std::array<std::atomic<pid_t>, 1024> children{};
// How often each signal has come: tells a new child what came too early for it.
constinit std::array<std::atomic<unsigned>, k_forwarded.size()> arrived{};
constinit std::mutex users_mutex;
constinit int users = 0;
constinit std::array<struct sigaction, k_forwarded.size()> before{};

void forward(int signal, siginfo_t* info, void* /*context*/) {
  const int saved = errno;
  const bool from_terminal = info->si_code == SI_KERNEL;
  // Before the walk: a child that enters the table behind it finds the signal counted.
  ++arrived[signal == k_forwarded[0] ? 0 : 1];
  for (const auto& slot : children) {
    const pid_t child = slot.load();
    if (child < 0 || (child > 0 && !from_terminal)) ::kill(child, signal);
  }
  errno = saved;
}

}  // namespace

SignalsHeld::SignalsHeld() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsHeld::~SignalsHeld() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

SignalForwarding::SignalForwarding() {
  const std::scoped_lock lock{users_mutex};
  for (std::size_t i = 0; i < k_forwarded.size(); ++i) seen_[i] = arrived[i].load();
  if (users++ > 0) return;
  for (std::size_t i = 0; i < k_forwarded.size(); ++i) {
    ::sigaction(k_forwarded[i], nullptr, &before[i]);
    // nohup and shells without job control ignore them on purpose; so do we and our children.
    if (before[i].sa_handler == SIG_IGN) continue;
    struct sigaction action{};
    action.sa_sigaction = forward;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(k_forwarded[i], &action, nullptr);
  }
}

SignalForwarding::~SignalForwarding() {
  remove();
  const std::scoped_lock lock{users_mutex};
  if (--users > 0) return;
  for (std::size_t i = 0; i < k_forwarded.size(); ++i)
    ::sigaction(k_forwarded[i], &before[i], nullptr);
}

void SignalForwarding::add(pid_t child, bool own_group) {
  const pid_t receiver = own_group ? -child : child;
  for (std::size_t i = 0; i < children.size() && slot_ < 0; ++i) {
    pid_t free = 0;
    if (children[i].compare_exchange_strong(free, receiver)) slot_ = static_cast<int>(i);
  }
  // One that another thread forwards at this moment may be sent twice: better than never.
  for (std::size_t i = 0; i < k_forwarded.size(); ++i)
    if (arrived[i].load() != seen_[i]) ::kill(receiver, k_forwarded[i]);
}

void SignalForwarding::remove() {
  if (slot_ >= 0) children[static_cast<std::size_t>(slot_)].store(0);
  slot_ = -1;
}

}  // namespace xaas
