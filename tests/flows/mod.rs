mod imports;
mod intake;
mod status;
