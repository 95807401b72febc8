#!/usr/bin/env node
require('./dist/stdio.cjs');
