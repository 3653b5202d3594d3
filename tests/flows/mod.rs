mod digest;
mod home;
mod foreign;
mod imports;
mod intake;
mod partners;
mod setup;
mod status;
