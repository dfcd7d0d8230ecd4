// SPDX-License-Identifier: Apache-2.0
#include "machine_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace xaas {
namespace {

Result<unsigned> read_count(const JsonReader& reader, std::string_view key, unsigned fallback) {
  XAAS_TRY(const auto number, reader.integer_or(key, fallback));
  constexpr std::int64_t k_most = std::numeric_limits<unsigned>::max();
  return static_cast<unsigned>(std::min(number, k_most));
}

Result<std::uint64_t> read_size(const JsonReader& reader, std::string_view key) {
  XAAS_TRY(const auto number, reader.integer_or(key, 0));
  return static_cast<std::uint64_t>(number);
}

Result<std::set<std::string>> read_set(const JsonReader& reader, std::string_view key) {
  XAAS_TRY(auto strings, reader.strings(key));
  return std::set<std::string>(strings.begin(), strings.end());
}

/// Absent: nothing is known.
template <class Value>
Result<std::optional<std::vector<Value>>> read_list(const JsonReader& reader, const char* key,
                                                    Result<Value> (*read)(const JsonReader&)) {
  if (!reader.has(key)) return std::optional<std::vector<Value>>();
  XAAS_TRY(const auto objects, reader.objects(key));
  std::vector<Value> list;
  for (const JsonReader& object : objects) {
    XAAS_TRY(auto value, read(object));
    list.push_back(std::move(value));
  }
  return std::optional(std::move(list));
}

template <class Value>
void print_list(Json& json, const char* key, const std::optional<std::vector<Value>>& list,
                Json (*print)(const Value&)) {
  if (!list) return;
  Json entries = Json::array();
  for (const Value& value : *list) entries.push_back(print(value));
  json[key] = std::move(entries);
}

/// Writes what is known.
template <class Value>
void put(Json& json, const char* key, const Value& value) {
  if (value != Value()) json[key] = value;
}

Result<CpuCache> read_cache(const JsonReader& reader) {
  CpuCache cache;
  XAAS_TRY(cache.level, read_count(reader, "level", 0));
  XAAS_TRY(cache.kind, reader.string_or("kind", {}));
  XAAS_TRY(cache.size, read_size(reader, "size"));
  XAAS_TRY(cache.line, read_count(reader, "line", 0));
  XAAS_TRY(cache.shared_by, read_count(reader, "shared_by", 0));
  return cache;
}

Json print_cache(const CpuCache& cache) {
  Json json = {{"level", cache.level}};
  put(json, "kind", cache.kind);
  put(json, "size", cache.size);
  put(json, "line", cache.line);
  put(json, "shared_by", cache.shared_by);
  return json;
}

Result<Gpu> read_gpu(const JsonReader& reader) {
  Gpu gpu;
  XAAS_TRY(gpu.vendor, reader.string("vendor"));
  XAAS_TRY(gpu.name, reader.string_or("name", {}));
  XAAS_TRY(gpu.architecture, reader.string_or("architecture", {}));
  XAAS_TRY(gpu.count, read_count(reader, "count", 1));
  gpu.count = std::max(gpu.count, 1U);
  XAAS_TRY(gpu.memory, read_size(reader, "memory"));
  XAAS_TRY(gpu.driver, reader.string_or("driver", {}));
  return gpu;
}

Json print_gpu(const Gpu& gpu) {
  Json json = {{"vendor", gpu.vendor},
               {"name", gpu.name},
               {"architecture", gpu.architecture},
               {"count", gpu.count}};
  put(json, "memory", gpu.memory);
  put(json, "driver", gpu.driver);
  return json;
}

Result<MpiInstallation> read_mpi(const JsonReader& reader) {
  MpiInstallation mpi;
  XAAS_TRY(mpi.flavour, reader.string_or("flavour", {}));
  XAAS_TRY(mpi.abi, reader.string("abi"));
  XAAS_TRY(mpi.version, reader.string_or("version", {}));
  XAAS_TRY(mpi.soname, reader.string_or("soname", {}));
  XAAS_TRY(mpi.path, reader.string_or("path", {}));
  XAAS_TRY(mpi.launcher, reader.string_or("launcher", {}));
  XAAS_TRY(mpi.gpu_library, reader.string_or("gpu_library", {}));
  XAAS_TRY(mpi.module, reader.string_or("module", {}));
  return mpi;
}

Json print_mpi(const MpiInstallation& mpi) {
  Json json = {{"flavour", mpi.flavour}, {"abi", mpi.abi}};
  put(json, "version", mpi.version);
  put(json, "soname", mpi.soname);
  put(json, "path", mpi.path);
  put(json, "launcher", mpi.launcher);
  put(json, "gpu_library", mpi.gpu_library);
  put(json, "module", mpi.module);
  return json;
}

Result<BlasLibrary> read_blas(const JsonReader& reader) {
  BlasLibrary blas;
  XAAS_TRY(blas.name, reader.string("name"));
  XAAS_TRY(blas.version, reader.string_or("version", {}));
  XAAS_TRY(blas.threading, reader.string_or("threading", {}));
  XAAS_TRY(blas.integers, reader.string_or("integers", {}));
  XAAS_TRY(blas.provides, read_set(reader, "provides"));
  XAAS_TRY(blas.soname, reader.string_or("soname", {}));
  XAAS_TRY(blas.path, reader.string_or("path", {}));
  XAAS_TRY(blas.module, reader.string_or("module", {}));
  return blas;
}

Json print_blas(const BlasLibrary& blas) {
  Json json = {{"name", blas.name}};
  put(json, "version", blas.version);
  put(json, "threading", blas.threading);
  put(json, "integers", blas.integers);
  put(json, "provides", blas.provides);
  put(json, "soname", blas.soname);
  put(json, "path", blas.path);
  put(json, "module", blas.module);
  return json;
}

Result<FftLibrary> read_fft(const JsonReader& reader) {
  FftLibrary fft;
  XAAS_TRY(fft.name, reader.string("name"));
  XAAS_TRY(fft.version, reader.string_or("version", {}));
  XAAS_TRY(fft.threading, reader.string_or("threading", {}));
  XAAS_TRY(fft.precisions, read_set(reader, "precisions"));
  XAAS_TRY(fft.soname, reader.string_or("soname", {}));
  XAAS_TRY(fft.path, reader.string_or("path", {}));
  XAAS_TRY(fft.module, reader.string_or("module", {}));
  return fft;
}

Json print_fft(const FftLibrary& fft) {
  Json json = {{"name", fft.name}};
  put(json, "version", fft.version);
  put(json, "threading", fft.threading);
  put(json, "precisions", fft.precisions);
  put(json, "soname", fft.soname);
  put(json, "path", fft.path);
  put(json, "module", fft.module);
  return json;
}

Result<NetworkDevice> read_network_device(const JsonReader& reader) {
  NetworkDevice device;
  XAAS_TRY(device.name, reader.string("name"));
  XAAS_TRY(device.kind, reader.string_or("kind", {}));
  return device;
}

Json print_network_device(const NetworkDevice& device) {
  Json json = {{"name", device.name}};
  put(json, "kind", device.kind);
  return json;
}

Result<NetworkLibrary> read_network_library(const JsonReader& reader) {
  NetworkLibrary library;
  XAAS_TRY(library.name, reader.string("name"));
  XAAS_TRY(library.version, reader.string_or("version", {}));
  XAAS_TRY(library.providers, reader.strings("providers"));
  XAAS_TRY(library.path, reader.string_or("path", {}));
  return library;
}

Json print_network_library(const NetworkLibrary& library) {
  Json json = {{"name", library.name}};
  put(json, "version", library.version);
  put(json, "providers", library.providers);
  put(json, "path", library.path);
  return json;
}

Result<Interconnect> read_interconnect(const JsonReader& reader) {
  Interconnect interconnect;
  if (!reader.has("interconnect")) return interconnect;
  XAAS_TRY(const auto object, reader.object("interconnect"));
  XAAS_TRY(interconnect.devices, read_list(object, "devices", read_network_device));
  XAAS_TRY(interconnect.libraries, read_list(object, "libraries", read_network_library));
  return interconnect;
}

Json print_interconnect(const Interconnect& interconnect) {
  Json json = Json::object();
  print_list(json, "devices", interconnect.devices, print_network_device);
  print_list(json, "libraries", interconnect.libraries, print_network_library);
  return json;
}

Result<ContainerRuntime> read_runtime(const JsonReader& reader) {
  ContainerRuntime runtime;
  XAAS_TRY(runtime.name, reader.string("name"));
  XAAS_TRY(runtime.path, reader.string_or("path", {}));
  return runtime;
}

Json print_runtime(const ContainerRuntime& runtime) {
  Json json = {{"name", runtime.name}};
  put(json, "path", runtime.path);
  return json;
}

Result<Scheduler> read_scheduler(const JsonReader& reader) {
  Scheduler scheduler;
  if (!reader.has("scheduler")) return scheduler;
  XAAS_TRY(const auto object, reader.object("scheduler"));
  XAAS_TRY(scheduler.name, object.string("name"));
  XAAS_TRY(scheduler.is_allocated, object.boolean_or("is_allocated", false));
  XAAS_TRY(scheduler.request, object.string_or("request", {}));
  return scheduler;
}

Json print_scheduler(const Scheduler& scheduler) {
  Json json = {{"name", scheduler.name}, {"is_allocated", scheduler.is_allocated}};
  put(json, "request", scheduler.request);
  return json;
}

Result<OperatingSystem> read_system(const JsonReader& reader) {
  OperatingSystem system;
  if (!reader.has("system")) return system;
  XAAS_TRY(const auto object, reader.object("system"));
  XAAS_TRY(system.kernel, object.string_or("kernel", {}));
  XAAS_TRY(system.distribution, object.string_or("distribution", {}));
  XAAS_TRY(system.page_size, read_size(object, "page_size"));
  if (object.has("user_namespaces")) {
    XAAS_TRY(system.user_namespaces, object.boolean_or("user_namespaces", false));
  }
  if (!object.has("file_systems")) return system;
  XAAS_TRY(const auto kinds, object.object("file_systems"));
  XAAS_TRY(system.home, kinds.string_or("home", {}));
  XAAS_TRY(system.scratch, kinds.string_or("scratch", {}));
  XAAS_TRY(system.tmp, kinds.string_or("tmp", {}));
  return system;
}

Json print_system(const OperatingSystem& system) {
  Json json = Json::object();
  put(json, "kernel", system.kernel);
  put(json, "distribution", system.distribution);
  put(json, "page_size", system.page_size);
  if (system.user_namespaces) json["user_namespaces"] = *system.user_namespaces;
  Json kinds = Json::object();
  put(kinds, "home", system.home);
  put(kinds, "scratch", system.scratch);
  put(kinds, "tmp", system.tmp);
  put(json, "file_systems", kinds);
  return json;
}

Result<CpuTopology> read_topology(const JsonReader& reader) {
  CpuTopology topology;
  if (!reader.has("topology")) return topology;
  XAAS_TRY(const auto object, reader.object("topology"));
  XAAS_TRY(topology.sockets, read_count(object, "sockets", 0));
  XAAS_TRY(topology.cores, read_count(object, "cores", 0));
  XAAS_TRY(topology.threads, read_count(object, "threads", 0));
  XAAS_TRY(topology.numa_nodes, read_count(object, "numa_nodes", 0));
  return topology;
}

Json print_topology(const CpuTopology& topology) {
  Json json = Json::object();
  put(json, "sockets", topology.sockets);
  put(json, "cores", topology.cores);
  put(json, "threads", topology.threads);
  put(json, "numa_nodes", topology.numa_nodes);
  return json;
}

}  // namespace

Result<Cpu> read_cpu(const JsonReader& reader) {
  Cpu cpu;
  XAAS_TRY(cpu.vendor, reader.string_or("vendor", {}));
  XAAS_TRY(cpu.model, reader.string_or("model", {}));
  XAAS_TRY(cpu.name, reader.string("name"));
  XAAS_TRY(cpu.tune, reader.string_or("tune", cpu.name));
  XAAS_TRY(cpu.level, reader.string_or("level", {}));
  if (!reader.has("features")) {
    return fail(ErrorKind::corrupt, "`cpu.features` is missing")
        .with_code("target.malformed")
        .with_help(
            "list every feature of the processor, implied ones included; `xaas-deploy "
            "detect` prints them");
  }
  XAAS_TRY(cpu.features, read_set(reader, "features"));
  XAAS_TRY(cpu.missing_for_next_level, reader.strings("missing_for_next_level"));
  XAAS_TRY(cpu.vector_bits, read_count(reader, "vector_bits", 0));
  XAAS_TRY(cpu.topology, read_topology(reader));
  XAAS_TRY(auto caches, read_list(reader, "caches", read_cache));
  cpu.caches = std::move(caches).value_or(std::vector<CpuCache>());
  return cpu;
}

Json print_cpu(const Cpu& cpu) {
  Json json = {{"vendor", cpu.vendor}};
  put(json, "model", cpu.model);
  json.update({{"name", cpu.name},
               {"tune", cpu.tune},
               {"level", cpu.level},
               {"features", cpu.features},
               {"missing_for_next_level", cpu.missing_for_next_level}});
  put(json, "vector_bits", cpu.vector_bits);
  if (cpu.topology != CpuTopology()) json["topology"] = print_topology(cpu.topology);
  if (!cpu.caches.empty()) print_list(json, "caches", std::optional(cpu.caches), print_cache);
  return json;
}

Status read_machine(const JsonReader& reader, Target& target) {
  XAAS_TRY(target.memory, read_size(reader, "memory"));
  XAAS_TRY(target.gpus, read_list(reader, "gpus", read_gpu));
  XAAS_TRY(target.mpi, read_list(reader, "mpi", read_mpi));
  XAAS_TRY(target.blas, read_list(reader, "blas", read_blas));
  XAAS_TRY(target.fft, read_list(reader, "fft", read_fft));
  XAAS_TRY(target.interconnect, read_interconnect(reader));
  XAAS_TRY(target.runtimes, read_list(reader, "runtimes", read_runtime));
  XAAS_TRY(target.scheduler, read_scheduler(reader));
  XAAS_TRY(target.system, read_system(reader));
  return {};
}

void print_machine(const Target& target, Json& json) {
  put(json, "memory", target.memory);
  print_list(json, "gpus", target.gpus, print_gpu);
  print_list(json, "mpi", target.mpi, print_mpi);
  print_list(json, "blas", target.blas, print_blas);
  print_list(json, "fft", target.fft, print_fft);
  if (target.interconnect != Interconnect())
    json["interconnect"] = print_interconnect(target.interconnect);
  print_list(json, "runtimes", target.runtimes, print_runtime);
  if (target.scheduler != Scheduler()) json["scheduler"] = print_scheduler(target.scheduler);
  if (target.system != OperatingSystem()) json["system"] = print_system(target.system);
}

}  // namespace xaas
