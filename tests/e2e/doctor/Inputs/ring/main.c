int world_size(void);
int main(void) { return world_size() == 0; }
