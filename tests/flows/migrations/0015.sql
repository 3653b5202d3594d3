UPDATE pre_reads SET in_time = 1;
