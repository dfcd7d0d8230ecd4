// SPDX-License-Identifier: Apache-2.0

// By which variables launchers tell a process its rank, for C and C++: of MPICH and Intel MPI,
// PMIx, Open MPI, Slurm, HPE's PALS, Flux, Cray's ALPS and IBM's JSM.

#ifndef XAAS_LAUNCHER_RANKS_H
#define XAAS_LAUNCHER_RANKS_H

static const char k_launcher_ranks[][24] = {
    "PMI_RANK=",    "PMIX_RANK=",      "OMPI_COMM_WORLD_RANK=", "SLURM_PROCID=",
    "PALS_RANKID=", "FLUX_TASK_RANK=", "ALPS_APP_PE=",          "JSM_NAMESPACE_RANK="};

#endif
