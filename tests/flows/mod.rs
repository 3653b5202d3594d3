mod intake;
mod status;
