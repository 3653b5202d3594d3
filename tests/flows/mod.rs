mod digest;
mod drafts;
mod foreign;
mod imports;
mod intake;
mod status;
