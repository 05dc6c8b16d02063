// Loaded into a measured Node process by `--require`: leaves its peak memory and CPU time behind when it exits.
const {readFileSync, writeFileSync} = require('node:fs');

process.on('exit', () => {
	const {maxRSS, userCPUTime, systemCPUTime} = process.resourceUsage();
	let peakKilobytes = maxRSS;
	try {
		// On Linux maxRSS starts with what the parent process had; this does not.
		peakKilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? maxRSS);
	} catch {
		// Another system: maxRSS is right there.
	}
	writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify({peakBytes: peakKilobytes * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000}));
});
