#!/usr/bin/env node
// Committed, so that npm links `perch` before the first build has made what it starts.
import '../dist/cli/main.js';
