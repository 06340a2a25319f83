import { readdirSync, readFileSync } from "node:fs";

/** The process of workerd that this one started; undefined where there is no /proc to look in. */
export function findWorkerd(): number | undefined {
  for (const pid of processes()) {
    const stat = read(`/proc/${pid}/stat`);
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
    if (name?.startsWith("workerd") && Number(parent) === process.pid) return pid;
  }
  return undefined;
}

/** Milliseconds that all threads of a process have spent on a CPU: exact, and true whatever else the machine does. */
export function cpuTime(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] || 0);
  }
  return nanoseconds / 1e6;
}

function processes(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}
