int plug(int n) { return n + 2; }
