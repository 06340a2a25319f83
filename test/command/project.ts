import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = join(import.meta.dirname, "../..");
const PATIENCE = 60_000;

/** A copy of the project as a fresh clone is, with a home of its own. Everything started in it can be found again. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "limen-"));
  readonly #mark = crypto.randomUUID();

  constructor() {
    for (const name of ["src", "migrations", "package.json", "wrangler.toml", "tsconfig.json"]) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    mkdirSync(join(this.folder, "home"));
  }

  /** Starts a command in a process group of its own, as a shell would. */
  start(command: string, args: string[], cwd = this.folder): Started {
    const env: NodeJS.ProcessEnv = {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      HOME: join(this.folder, "home"),
      LIMEN_TEST_MARK: this.#mark,
    };
    return new Started(spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** Command lines of processes that were started here and still run, children of children included. */
  running(): string[] {
    if (!existsSync("/proc")) return [];
    return readdirSync("/proc").flatMap((pid) => {
      try {
        if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.#mark)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        // It ended meanwhile, or belongs to somebody else.
        return [];
      }
    });
  }

  /** Waits until nothing that was started here runs. @returns what still does when patience ends */
  async quiet(): Promise<string[]> {
    for (let waited = 0; waited < 10_000 && this.running().length > 0; waited += 100) await sleep(100);
    return this.running();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command that was started. */
export class Started {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor(child: ChildProcess) {
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (this.output += String(data)));
    this.ended = new Promise((resolve) => child.once("close", resolve));
  }

  /** Waits until the output matches. @throws Error with the output when the command ends before, or patience does */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => (over = true));
    for (let waited = 0; waited < PATIENCE; waited += 50) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (over) break;
      await sleep(50);
    }
    throw new Error(`${pattern} was never said in:\n${this.output}`);
  }

  /** A signal to the whole group is what a terminal sends for Ctrl-C. */
  signal(name: NodeJS.Signals, { group = false } = {}): void {
    const pid = this.process.pid as number;
    process.kill(group ? -pid : pid, name);
  }
}

/** A port that nobody listened on a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
