# SPDX-License-Identifier: Apache-2.0
cmake -B build -S . -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$PREFIX \
  -DBUILD_BENCHMARKS=ON &&
  ninja -C build geos geos_c geosop test_xmltester perf_iterated_buffer perf_rectangle_intersects perf_voronoi &&
  cmake --install build
