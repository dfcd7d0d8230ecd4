#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command beside a Slurm whose nodes are all on this machine, and stops that Slurm.

cluster.py FOLDER COMMAND [ARGUMENT...]

FOLDER/nodes.conf has the `NodeName=` and `PartitionName=` lines, FOLDER/gres.conf (if there) the
nodes' devices; @FOLDER@ stands for the folder in both. FOLDER/NODE holds what is different on a
node: each of its `proc/cpuinfo` and `sys/bus/pci` lies over the machine's own for all that runs on
that node, so it must be started by root. The daemons listen on 127.0.0.1 alone, and end with this
process even when that is killed.
"""
import ctypes
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

SETTINGS = """\
ClusterName=test
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={spool}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
GresTypes=gpu
"""
DIFFERENT = ("proc/cpuinfo", "sys/bus/pci")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def write_configuration(folder, spool):
    """Each node gets a port of its own; returns their names."""
    lines = (folder / "nodes.conf").read_text().replace("@FOLDER@", str(folder))
    names = re.findall(r"^NodeName=(\w+)", lines, re.MULTILINE)
    host = socket.gethostname().split(".")[0]
    controller, *ports = free_ports(1 + len(names))
    text = SETTINGS.format(host=host, port=controller, folder=folder, spool=spool)
    for name, port in zip(names, ports):
        lines = lines.replace(f"NodeName={name} ", f"NodeName={name} NodeHostname={host} "
                              f"NodeAddr=127.0.0.1 Port={port} RealMemory=100 ")
    (folder / "slurm.conf").write_text(text + lines)
    devices = folder / "gres.conf"
    if devices.exists():
        devices.write_text(devices.read_text().replace("@FOLDER@", str(folder)))
    for place in [folder / "state", *(spool / name for name in names)]:
        place.mkdir(exist_ok=True)
    return names


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def adopt_orphans():
    """What a node's daemon leaves behind, the keeper of a step, becomes a child of ours."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def end_orphans():
    children = pathlib.Path("/proc/thread-self/children")
    while pids := [int(pid) for pid in children.read_text().split()]:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def start(words, log):
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            preexec_fn=end_with_parent)


def start_node(folder, name, log):
    over = [f"mount --bind {shlex.quote(str(folder / name / place))} /{place}"
            for place in DIFFERENT if (folder / name / place).exists()]
    line = " && ".join([*over, f"exec slurmd -D -N {name}"])
    return start(["unshare", "--mount", "sh", "-c", line], log)


def wait_for(names, controller):
    """A node answers once its daemon has said that it is there."""
    for _ in range(100):
        states = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %t"], capture_output=True,
                                text=True, check=False).stdout
        idle = {line.split()[0] for line in states.splitlines() if line.endswith(" idle")}
        if idle.issuperset(names):
            return True
        if controller.poll() is not None:
            break
        time.sleep(0.1)
    return False


def run_beside_slurm(folder, spool, command):
    names = write_configuration(folder, spool)
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    daemons = []
    adopt_orphans()
    with open(folder / "daemons.log", "w", encoding="utf-8") as log:
        try:
            daemons.append(start(["slurmctld", "-D", "-c", "-i"], log))
            daemons += [start_node(folder, name, log) for name in names]
            if not wait_for(names, daemons[0]):
                sys.exit("the nodes did not come up:\n" + (folder / "daemons.log").read_text())
            return subprocess.run(command, check=False).returncode
        finally:
            for daemon in reversed(daemons):
                daemon.terminate()
            for daemon in daemons:
                daemon.wait()
            end_orphans()


def main():
    # A step's socket lies in its node's spool, and a socket's path has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="slurm-") as spool:
        return run_beside_slurm(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(spool),
                                sys.argv[2:])


sys.exit(main())
