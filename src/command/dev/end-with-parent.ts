// Preloaded into wrangler's processes. A parent that is killed outright cannot end its children; they notice by the end of
// the channel to it, and end their whole group, workerd included.
const parent = process.ppid;

process.once("disconnect", () => {
  // The channel closes a moment before the parent is gone. One that merely closed the channel is still there.
  setTimeout(() => {
    if (process.ppid !== parent) process.kill(0, "SIGTERM");
  }, 200);
});
