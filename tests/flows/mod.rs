mod digest;
mod imports;
mod intake;
mod status;
