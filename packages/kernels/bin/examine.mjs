// What attune-doctor runs in a process of its own.
import { describeReport, examine } from '../dist/selfTest/doctor.js';

const report = await examine();
console.log(process.argv.includes('--json') ? JSON.stringify(report, null, 2) : describeReport(report).join('\n'));
process.exitCode = report.healthy ? 0 : 1;
