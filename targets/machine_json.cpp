// SPDX-License-Identifier: Apache-2.0
#include "machine_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

// What objects of a description have is said once, by an overload of `fields_of` each, which a
// FieldReader and a FieldPrinter go through in the same order. `needed` fields must be there,
// `shown` ones are written also when nothing is known, `known` ones when something is.

namespace xaas {
namespace {

/// Absent: as it was.
Status read_value(const JsonReader& reader, const char* key, std::string& value) {
  XAAS_TRY(value, reader.string_or(key, value));
  return {};
}
Status read_value(const JsonReader& reader, const char* key, bool& value) {
  XAAS_TRY(value, reader.boolean_or(key, value));
  return {};
}
Status read_value(const JsonReader& reader, const char* key, unsigned& value) {
  XAAS_TRY(const auto number, reader.integer_or(key, value));
  constexpr std::int64_t k_most = std::numeric_limits<unsigned>::max();
  value = static_cast<unsigned>(std::min(number, k_most));
  return {};
}
Status read_value(const JsonReader& reader, const char* key, std::uint64_t& value) {
  XAAS_TRY(const auto number, reader.integer_or(key, static_cast<std::int64_t>(value)));
  value = static_cast<std::uint64_t>(number);
  return {};
}
Status read_value(const JsonReader& reader, const char* key, std::vector<std::string>& value) {
  XAAS_TRY(value, reader.strings(key));
  return {};
}
Status read_value(const JsonReader& reader, const char* key, std::set<std::string>& value) {
  XAAS_TRY(auto strings, reader.strings(key));
  value = std::set<std::string>(strings.begin(), strings.end());
  return {};
}
Status read_value(const JsonReader& reader, const char* key, std::optional<bool>& value) {
  if (!reader.has(key)) return {};
  XAAS_TRY(value, reader.boolean_or(key, false));
  return {};
}

/// Stops at the first error.
class FieldReader {
 public:
  explicit FieldReader(const JsonReader& reader) : reader_(reader) {}

  void needed(const char* key, std::string& value) {
    step([&]() -> Status {
      XAAS_TRY(value, reader_.string(key));
      return {};
    });
  }
  template <class Value>
  void shown(const char* key, Value& value) {
    step([&] { return read_value(reader_, key, value); });
  }
  template <class Value>
  void known(const char* key, Value& value) {
    shown(key, value);
  }
  /// Fields of the same value in an object of their own.
  template <class Fields>
  void group(const char* key, const Fields& fields) {
    step([&]() -> Status {
      if (!reader_.has(key)) return {};
      XAAS_TRY(const auto object, reader_.object(key));
      FieldReader inner(object);
      fields(inner);
      return inner.take();
    });
  }
  template <class Value>
  void object(const char* key, Value& value) {
    group(key, [&](FieldReader& inner) { fields_of(inner, value); });
  }
  /// Absent: nothing is known.
  template <class Value>
  void list(const char* key, std::optional<std::vector<Value>>& values) {
    if (reader_.has(key)) list(key, values.emplace());
  }
  template <class Value>
  void list(const char* key, std::vector<Value>& values) {
    step([&]() -> Status {
      XAAS_TRY(const auto objects, reader_.objects(key));
      for (const JsonReader& object : objects) {
        FieldReader inner(object);
        fields_of(inner, values.emplace_back());
        XAAS_CHECK(inner.take());
      }
      return {};
    });
  }

  Status take() { return std::move(status_); }

 private:
  template <class Step>
  void step(const Step& read) {
    if (status_) status_ = read();
  }

  const JsonReader& reader_;
  Status status_;
};

class FieldPrinter {
 public:
  template <class Value>
  void needed(const char* key, const Value& value) {
    json_[key] = value;
  }
  template <class Value>
  void shown(const char* key, const Value& value) {
    json_[key] = value;
  }
  template <class Value>
  void known(const char* key, const Value& value) {
    if (value != Value()) json_[key] = value;
  }
  void known(const char* key, const std::optional<bool>& value) {
    if (value) json_[key] = *value;
  }
  template <class Fields>
  void group(const char* key, const Fields& fields) {
    FieldPrinter inner;
    fields(inner);
    json_[key] = inner.take();
  }
  template <class Value>
  void object(const char* key, Value& value) {
    if (value != Value()) group(key, [&](FieldPrinter& inner) { fields_of(inner, value); });
  }
  template <class Value>
  void list(const char* key, std::optional<std::vector<Value>>& values) {
    if (!values) return;
    json_[key] = Json::array();
    list(key, *values);
  }
  template <class Value>
  void list(const char* key, std::vector<Value>& values) {
    for (Value& value : values) {
      FieldPrinter inner;
      fields_of(inner, value);
      json_[key].push_back(inner.take());
    }
  }

  Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

template <class Fields>
void fields_of(Fields& fields, CpuCache& cache) {
  fields.shown("level", cache.level);
  fields.known("kind", cache.kind);
  fields.known("size", cache.size);
  fields.known("line", cache.line);
  fields.known("shared_by", cache.shared_by);
}

template <class Fields>
void fields_of(Fields& fields, CpuTopology& topology) {
  fields.known("sockets", topology.sockets);
  fields.known("cores", topology.cores);
  fields.known("threads", topology.threads);
  fields.known("numa_nodes", topology.numa_nodes);
}

template <class Fields>
void fields_of(Fields& fields, Gpu& gpu) {
  fields.needed("vendor", gpu.vendor);
  fields.shown("name", gpu.name);
  fields.shown("architecture", gpu.architecture);
  fields.shown("count", gpu.count);
  gpu.count = std::max(gpu.count, 1U);
  fields.known("memory", gpu.memory);
  fields.known("driver", gpu.driver);
}

template <class Fields>
void fields_of(Fields& fields, MpiInstallation& mpi) {
  fields.shown("flavour", mpi.flavour);
  fields.needed("abi", mpi.abi);
  fields.known("version", mpi.version);
  fields.known("soname", mpi.soname);
  fields.known("path", mpi.path);
  fields.known("launcher", mpi.launcher);
  fields.known("gpu_library", mpi.gpu_library);
  fields.known("module", mpi.module);
}

template <class Fields>
void fields_of(Fields& fields, BlasLibrary& blas) {
  fields.needed("name", blas.name);
  fields.known("version", blas.version);
  fields.known("threading", blas.threading);
  fields.known("integers", blas.integers);
  fields.known("provides", blas.provides);
  fields.known("soname", blas.soname);
  fields.known("path", blas.path);
  fields.known("module", blas.module);
}

template <class Fields>
void fields_of(Fields& fields, FftLibrary& fft) {
  fields.needed("name", fft.name);
  fields.known("version", fft.version);
  fields.known("threading", fft.threading);
  fields.known("precisions", fft.precisions);
  fields.known("soname", fft.soname);
  fields.known("path", fft.path);
  fields.known("module", fft.module);
}

template <class Fields>
void fields_of(Fields& fields, NetworkDevice& device) {
  fields.needed("name", device.name);
  fields.known("kind", device.kind);
}

template <class Fields>
void fields_of(Fields& fields, NetworkLibrary& library) {
  fields.needed("name", library.name);
  fields.known("version", library.version);
  fields.known("providers", library.providers);
  fields.known("path", library.path);
}

template <class Fields>
void fields_of(Fields& fields, Interconnect& interconnect) {
  fields.list("devices", interconnect.devices);
  fields.list("libraries", interconnect.libraries);
}

template <class Fields>
void fields_of(Fields& fields, ContainerRuntime& runtime) {
  fields.needed("name", runtime.name);
  fields.known("path", runtime.path);
}

template <class Fields>
void fields_of(Fields& fields, Scheduler& scheduler) {
  fields.needed("name", scheduler.name);
  fields.shown("is_allocated", scheduler.is_allocated);
  fields.known("request", scheduler.request);
}

template <class Fields>
void fields_of(Fields& fields, OperatingSystem& system) {
  fields.known("kernel", system.kernel);
  fields.known("distribution", system.distribution);
  fields.known("page_size", system.page_size);
  fields.known("user_namespaces", system.user_namespaces);
  fields.group("file_systems", [&](auto& kinds) {
    kinds.known("home", system.home);
    kinds.known("scratch", system.scratch);
    kinds.known("tmp", system.tmp);
  });
}

template <class Fields>
void fields_of(Fields& fields, Cpu& cpu) {
  fields.shown("vendor", cpu.vendor);
  fields.known("model", cpu.model);
  fields.needed("name", cpu.name);
  if (cpu.tune.empty()) cpu.tune = cpu.name;
  fields.shown("tune", cpu.tune);
  fields.shown("level", cpu.level);
  fields.shown("features", cpu.features);
  fields.shown("missing_for_next_level", cpu.missing_for_next_level);
  fields.known("vector_bits", cpu.vector_bits);
  fields.object("topology", cpu.topology);
  fields.list("caches", cpu.caches);
}

/// Beside the processor and the C library.
template <class Fields>
void machine_fields_of(Fields& fields, Target& target) {
  fields.known("memory", target.memory);
  fields.list("gpus", target.gpus);
  fields.list("mpi", target.mpi);
  fields.list("blas", target.blas);
  fields.list("fft", target.fft);
  fields.object("interconnect", target.interconnect);
  fields.list("runtimes", target.runtimes);
  fields.object("scheduler", target.scheduler);
  fields.object("system", target.system);
}

}  // namespace

Result<Cpu> read_cpu(const JsonReader& reader) {
  Cpu cpu;
  FieldReader fields(reader);
  fields_of(fields, cpu);
  XAAS_CHECK(fields.take());
  if (reader.has("features")) return cpu;
  return fail(ErrorKind::corrupt, "`cpu.features` is missing")
      .with_code("target.malformed")
      .with_help(
          "list every feature of the processor, implied ones included; `xaas-deploy detect` prints "
          "them");
}

Json print_cpu(Cpu cpu) {
  FieldPrinter fields;
  fields_of(fields, cpu);
  return fields.take();
}

Status read_machine(const JsonReader& reader, Target& target) {
  FieldReader fields(reader);
  machine_fields_of(fields, target);
  return fields.take();
}

void print_machine(Target target, Json& json) {
  FieldPrinter fields;
  machine_fields_of(fields, target);
  json.update(fields.take());
}

}  // namespace xaas
